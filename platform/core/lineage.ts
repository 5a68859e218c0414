export interface LineageNode {
  /** One of the kinds that are registered: the platform's, or one that a project adds (`lineage-kinds.ts`). */
  readonly kind: string;
  readonly id: string;
  /** For people to read. */
  readonly label?: string;
}

/** Points along the flow of data: a recording is `contained in` a dataset, a run `produced` a model. */
export interface LineageEdge {
  readonly from: LineageNode;
  readonly to: LineageNode;
  readonly relation: string;
}

/** Whoever keeps facts tells the edges that touch a node. Derived from the facts themselves, so it cannot disagree with them. */
export interface LineageSource {
  into(node: LineageNode): Promise<readonly LineageEdge[]>;
  outOf(node: LineageNode): Promise<readonly LineageEdge[]>;
  /**
   * The node that somebody means who writes `kind:id`: one that exists without any edge, or under another id than its own,
   * such as `latest`. Undefined where this source knows nothing of it.
   */
  find?(node: LineageNode): Promise<LineageNode | undefined>;
}

export interface Lineage {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** The node that is meant, from whichever source knows it; undefined: its edges alone tell whether it exists. */
export async function findNode(
  meant: LineageNode,
  sources: readonly LineageSource[],
): Promise<LineageNode | undefined> {
  for (const source of sources) {
    const found = await source.find?.(meant);
    if (found) return found;
  }
  return undefined;
}

const nameOf = (node: LineageNode) => `${node.kind}:${node.id}`;

/**
 * Everything `start` was made from and everything it reached: ancestors by walking against the flow,
 * descendants by walking along it. Never both on one walk, which would reach the whole world.
 */
export async function trace(start: LineageNode, sources: readonly LineageSource[]): Promise<Lineage> {
  const nodes = new Map<string, LineageNode>([[nameOf(start), start]]);
  const edges = new Map<string, LineageEdge>();
  for (const direction of ['into', 'outOf'] as const) {
    const seen = new Set([nameOf(start)]);
    let frontier: LineageNode[] = [start];
    while (frontier.length > 0) {
      const found = (
        await Promise.all(frontier.flatMap((node) => sources.map((source) => source[direction](node))))
      ).flat();
      frontier = [];
      for (const edge of found) {
        edges.set(`${nameOf(edge.from)} ${edge.relation} ${nameOf(edge.to)}`, edge);
        for (const node of [edge.from, edge.to]) {
          const known = nodes.get(nameOf(node));
          if (!known || (!known.label && node.label)) nodes.set(nameOf(node), node);
        }
        const next = direction === 'into' ? edge.from : edge.to;
        if (!seen.has(nameOf(next))) {
          seen.add(nameOf(next));
          frontier.push(next);
        }
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
