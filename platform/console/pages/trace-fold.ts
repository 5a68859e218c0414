import type { Trace, TraceKind } from '../api/types.ts';
import type { GraphEdge } from '../components/graph.ts';

export interface FoldedNode {
  readonly key: string;
  readonly kind: TraceKind;
  readonly id: string;
  readonly label?: string;
  /** How many nodes of its kind this one stands for; 0 for a node of its own. */
  readonly more: number;
}

export interface FoldedTrace {
  readonly nodes: readonly FoldedNode[];
  readonly edges: readonly GraphEdge[];
  /** How many nodes are folded away. */
  readonly hidden: number;
}

/** A dataset has thousands of samples: of each kind so many are drawn, and one node stands for the rest. */
export function foldTrace(trace: Trace, start: string, most: number): FoldedTrace {
  const counts = new Map<string, number>();
  const shown = new Map<string, string>();
  const nodes: FoldedNode[] = [];
  const rest = new Map<TraceKind, number>();
  const startFirst = [...trace.nodes].sort((a, b) => Number(keyOf(b) === start) - Number(keyOf(a) === start));
  for (const node of startFirst) {
    const count = (counts.get(node.kind) ?? 0) + 1;
    counts.set(node.kind, count);
    if (count <= most) {
      shown.set(keyOf(node), keyOf(node));
      nodes.push({ ...node, key: keyOf(node), more: 0 });
    } else {
      shown.set(keyOf(node), `${node.kind}:…`);
      rest.set(node.kind, (rest.get(node.kind) ?? 0) + 1);
    }
  }
  for (const [kind, more] of rest) nodes.push({ key: `${kind}:…`, kind, id: '…', more });
  const edges = new Map<string, GraphEdge>();
  for (const edge of trace.edges) {
    const from = shown.get(edge.from);
    const to = shown.get(edge.to);
    if (from && to && from !== to) edges.set(`${from} ${to}`, { from, to });
  }
  return { nodes, edges: [...edges.values()], hidden: [...rest.values()].reduce((sum, n) => sum + n, 0) };
}

const keyOf = (node: { kind: string; id: string }) => `${node.kind}:${node.id}`;
