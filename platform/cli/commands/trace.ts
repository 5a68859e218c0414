import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { CommandContext, CommandPlugin } from '../plugin.ts';

const Trace = z.object({
  nodes: z.array(z.object({ kind: z.string(), id: z.string(), label: z.string().optional() })),
  edges: z.array(z.object({ from: z.string(), to: z.string(), relation: z.string() })),
});
type Trace = z.infer<typeof Trace>;

const order = ['person', 'sample', 'dataset', 'run', 'model', 'release', 'attempt'];
const shownPerKind = 12;

export const traceCommand: CommandPlugin = (program, context) => {
  program
    .command('trace')
    .argument(
      '<ref>',
      `KIND:ID, where KIND is one of ${order.join(', ')}; "attempt:latest" or "latest" is the newest attempt`,
    )
    .option('--all', `print every node (otherwise at most ${shownPerKind} of a kind)`)
    .description(
      'what something was made from and what it reached: attempt <- release <- model <- run <- dataset <- samples',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  visavox trace latest\n  visavox trace model:recogniser:2\n  visavox trace sample:0190…',
    )
    .action(async (reference: string, options: { all?: boolean }, command) => {
      const { request, result } = context(command);
      const trace = await resolve(reference, request);
      result(trace, describe(trace, options.all ? Number.POSITIVE_INFINITY : shownPerKind));
    });
};

/** A bare id is looked for among all kinds, the likeliest first. */
async function resolve(reference: string, request: CommandContext['request']): Promise<Trace> {
  const [kind = '', ...rest] = reference.split(':');
  const aliases: Readonly<Record<string, string>> = { deployment: 'release', recording: 'sample' };
  if (order.includes(aliases[kind] ?? kind) && rest.length > 0)
    return get(aliases[kind] ?? kind, rest.join(':'), request);
  if (reference === 'latest' || reference === 'last') return get('attempt', 'latest', request);
  for (const candidate of ['attempt', 'sample', 'run', 'release', 'dataset', 'model', 'person']) {
    try {
      return await get(candidate, reference, request);
    } catch (error) {
      if (!(error instanceof UserError && (error.kind === 'not-found' || error.kind === 'invalid')))
        throw error;
    }
  }
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_reference',
    message: `nothing is known under "${reference}"`,
    action: `Write KIND:ID with one of ${order.join(', ')}; "visavox runs list" and "visavox models list" show ids.`,
  });
}

async function get(kind: string, id: string, request: CommandContext['request']): Promise<Trace> {
  return Trace.parse(await request('GET', `/api/v1/trace/${kind}/${encodeURIComponent(id)}`));
}

function describe(trace: Trace, limit: number): string {
  const lines: string[] = [];
  const labels = new Map(trace.nodes.map((node) => [`${node.kind}:${node.id}`, node.label]));
  for (const kind of [...order].reverse()) {
    const nodes = trace.nodes.filter((node) => node.kind === kind);
    if (nodes.length === 0) continue;
    lines.push(`${kind}${nodes.length > 1 ? ` (${nodes.length})` : ''}`);
    for (const node of nodes.slice(0, limit)) {
      const made = trace.edges.filter((edge) => edge.to === `${kind}:${node.id}`);
      const sources = [...new Set(made.map((edge) => edge.relation))].map((relation) => {
        const from = made
          .filter((edge) => edge.relation === relation)
          .map((edge) => labels.get(edge.from) ?? edge.from);
        const names =
          from.length > 3 ? `${from.slice(0, 2).join(', ')} and ${from.length - 2} more` : from.join(', ');
        return `${names} ${relation} this`;
      });
      lines.push(
        `  ${node.id}${node.label ? `  ${node.label}` : ''}${sources.length > 0 ? `\n      <- ${sources.join('; ')}` : ''}`,
      );
    }
    if (nodes.length > limit) lines.push(`  … and ${nodes.length - limit} more (--all shows them)`);
  }
  return lines.join('\n');
}
