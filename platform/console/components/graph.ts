export interface GraphNode {
  readonly key: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Placed<N> {
  readonly node: N;
  readonly layer: number;
  readonly row: number;
}

/**
 * Nodes in layers along the arrows: a node stands one layer after the last of those that lead to it, and in
 * each layer near the middle of its neighbours, which keeps crossings few (Sugiyama, Tagawa, Toda 1981).
 */
export function placeGraph<N extends GraphNode>(
  nodes: readonly N[],
  edges: readonly GraphEdge[],
): readonly Placed<N>[] {
  const keys = new Set(nodes.map(({ key }) => key));
  const into = new Map<string, string[]>();
  const outOf = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (!keys.has(from) || !keys.has(to) || from === to) continue;
    into.set(to, [...(into.get(to) ?? []), from]);
    outOf.set(from, [...(outOf.get(from) ?? []), to]);
  }
  const layers = layersOf(nodes, into);
  for (let sweep = 0; sweep < 4; sweep++) {
    const forward = sweep % 2 === 0;
    const rows = new Map(
      layers.flatMap((layer) => layer.map(({ key }, row) => [key, row - layer.length / 2])),
    );
    for (const layer of layers) {
      const wish = (node: N) =>
        mean(((forward ? into : outOf).get(node.key) ?? []).map((key) => rows.get(key) ?? 0));
      const wishes = new Map(layer.map((node) => [node.key, wish(node) ?? rows.get(node.key) ?? 0]));
      layer.sort((a, b) => (wishes.get(a.key) ?? 0) - (wishes.get(b.key) ?? 0));
      for (const [row, { key }] of layer.entries()) rows.set(key, row - layer.length / 2);
    }
  }
  return layers.flatMap((layer, index) => layer.map((node, row) => ({ node, layer: index, row })));
}

function layersOf<N extends GraphNode>(
  nodes: readonly N[],
  into: ReadonlyMap<string, readonly string[]>,
): N[][] {
  const depth = new Map<string, number>();
  const underway = new Set<string>();
  const depthOf = (key: string): number => {
    const known = depth.get(key);
    if (known !== undefined) return known;
    if (underway.has(key)) return 0; // a circle: drawn, not followed
    underway.add(key);
    const value = Math.max(-1, ...(into.get(key) ?? []).map(depthOf)) + 1;
    underway.delete(key);
    depth.set(key, value);
    return value;
  };
  const layers: N[][] = [];
  for (const node of nodes) {
    const at = depthOf(node.key);
    while (layers.length <= at) layers.push([]);
    layers[at]?.push(node);
  }
  return layers;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Leaves out a line from which a longer path leads to the same place. */
export function withoutShortcuts(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const outOf = new Map<string, string[]>();
  for (const { from, to } of edges) outOf.set(from, [...(outOf.get(from) ?? []), to]);
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (outOf.get(from) ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return edges.filter(
    ({ from, to }) =>
      !(outOf.get(from) ?? []).some((next) => next !== to && reaches(next, to, new Set([from]))),
  );
}
