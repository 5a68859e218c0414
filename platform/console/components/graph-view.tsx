import { type ReactNode, useRef } from 'react';
import { type GraphEdge, type GraphNode, placeGraph } from './graph.ts';
import { useWidth } from './use-width.ts';

const GAP = { narrowest: 20, widest: 56, y: 14 };

/** A layered graph that is read from left to right; the nodes are ordinary elements, in reading order. */
export function GraphView<N extends GraphNode>(props: {
  label: string;
  nodes: readonly N[];
  edges: readonly GraphEdge[];
  /** Of a node: between these two, as the room allows. */
  widths: readonly [narrowest: number, widest: number];
  height: number;
  children: (node: N) => ReactNode;
}) {
  const { height } = props;
  const frame = useRef<HTMLElement>(null);
  const room = useWidth(frame);
  const placed = placeGraph(props.nodes, props.edges);
  const columns = Math.max(0, ...placed.map(({ layer }) => layer)) + 1;
  const counts = Array.from(
    { length: columns },
    (_, layer) => placed.filter((one) => one.layer === layer).length,
  );
  const rows = Math.max(1, ...counts);
  const within = (least: number, most: number, wish: number) => Math.max(least, Math.min(most, wish));
  const width = Math.floor(within(...props.widths, (room - (columns - 1) * GAP.narrowest) / columns));
  const gap = within(GAP.narrowest, GAP.widest, (room - columns * width) / Math.max(1, columns - 1));
  const total = { width: columns * (width + gap) - gap, height: rows * (height + GAP.y) - GAP.y };
  const position = new Map(
    placed.map(({ node, layer, row }) => [
      node.key,
      {
        x: layer * (width + gap),
        y: ((rows - (counts[layer] ?? 0)) / 2 + row) * (height + GAP.y),
      },
    ]),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by the keyboard
    <section ref={frame} className="graph" aria-label={props.label} tabIndex={0}>
      <div style={{ position: 'relative', ...total, margin: '0 auto' }}>
        <svg width={total.width} height={total.height} aria-hidden="true">
          {props.edges.map(({ from, to }) => {
            const a = position.get(from);
            const b = position.get(to);
            if (!a || !b) return null;
            const start = { x: a.x + width, y: a.y + height / 2 };
            const end = { x: b.x, y: b.y + height / 2 };
            const bend = Math.max(gap / 2, Math.min(90, (end.x - start.x) / 2));
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
