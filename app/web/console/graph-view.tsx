import type { ReactNode } from 'react';
import { type GraphEdge, type GraphNode, placeGraph } from './graph.ts';

const GAP_X = 56;
const GAP_Y = 14;

/** A layered graph that is read from left to right; the nodes are ordinary elements, in reading order. */
export function GraphView<N extends GraphNode>(props: {
  label: string;
  nodes: readonly N[];
  edges: readonly GraphEdge[];
  width: number;
  height: number;
  children: (node: N) => ReactNode;
}) {
  const { width, height } = props;
  const placed = placeGraph(props.nodes, props.edges);
  const columns = Math.max(0, ...placed.map(({ layer }) => layer)) + 1;
  const counts = Array.from(
    { length: columns },
    (_, layer) => placed.filter((one) => one.layer === layer).length,
  );
  const rows = Math.max(1, ...counts);
  const total = { width: columns * (width + GAP_X) - GAP_X, height: rows * (height + GAP_Y) - GAP_Y };
  const position = new Map(
    placed.map(({ node, layer, row }) => [
      node.key,
      {
        x: layer * (width + GAP_X),
        y: ((rows - (counts[layer] ?? 0)) / 2 + row) * (height + GAP_Y),
      },
    ]),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by the keyboard
    <section className="graph" aria-label={props.label} tabIndex={0}>
      <div style={{ position: 'relative', ...total, margin: '0 auto' }}>
        <svg width={total.width} height={total.height} aria-hidden="true">
          {props.edges.map(({ from, to }) => {
            const a = position.get(from);
            const b = position.get(to);
            if (!a || !b) return null;
            const start = { x: a.x + width, y: a.y + height / 2 };
            const end = { x: b.x, y: b.y + height / 2 };
            const bend = Math.max(GAP_X / 2, Math.min(90, (end.x - start.x) / 2));
            return (
              <path
                key={`${from} ${to}`}
                d={`M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`}
              />
            );
          })}
        </svg>
        <ul>
          {placed.map(({ node }) => {
            const at = position.get(node.key);
            return (
              <li key={node.key} style={{ position: 'absolute', left: at?.x, top: at?.y, width, height }}>
                {props.children(node)}
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}
