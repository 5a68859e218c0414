import type { LineageKinds, Trace as TraceSchema } from '@visavox/api/schemas';
import { UserError } from '@visavox/core/errors';
import { kindNamed } from '@visavox/core/lineage-kinds';
import type { z } from 'zod';
import type { CommandContext, CommandPlugin } from '../plugin.ts';

type Trace = z.infer<typeof TraceSchema>;
type Kinds = z.infer<typeof LineageKinds>['kinds'];

const shownPerKind = 12;

export const traceCommand: CommandPlugin = (program, context) => {
  program
    .command('trace')
    .argument(
      '<ref>',
      'KIND:ID, such as model:NAME:VERSION; "latest" is the newest of what data reaches last',
    )
    .option('--all', `print every node (otherwise at most ${shownPerKind} of a kind)`)
    .description(
      'what something was made from and what it reached: release <- model <- run <- dataset <- samples, and what the project adds',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  visavox trace latest\n  visavox trace model:recogniser:2\n  visavox trace sample:0190…',
    )
    .action(async (reference: string, options: { all?: boolean }, command) => {
      const { request, result } = context(command);
      const { LineageKinds } = await import('@visavox/api/schemas');
      const { kinds } = LineageKinds.parse(await request('GET', '/api/v1/lineage-kinds'));
      const trace = await resolve(reference, kinds, request);
      result(trace, describe(trace, kinds, options.all ? Number.POSITIVE_INFINITY : shownPerKind));
    });
};

/** A bare id is looked for among all kinds, what data reaches last at first. */
async function resolve(reference: string, kinds: Kinds, request: CommandContext['request']): Promise<Trace> {
  const [word = '', ...rest] = reference.split(':');
  const kind = kindNamed(word, kinds);
  if (kind !== undefined && rest.length > 0) return get(kind, rest.join(':'), request);
  const id = reference === 'last' ? 'latest' : reference;
  for (const { name } of [...kinds].reverse()) {
    try {
      return await get(name, id, request);
    } catch (error) {
      if (!(error instanceof UserError && (error.kind === 'not-found' || error.kind === 'invalid')))
        throw error;
    }
  }
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_reference',
    message: `nothing is known under "${reference}"`,
    action: `Write KIND:ID with one of ${kinds.map(({ name }) => name).join(', ')}; "visavox runs list" and "visavox models list" show ids.`,
  });
}

async function get(kind: string, id: string, request: CommandContext['request']): Promise<Trace> {
  const { Trace } = await import('@visavox/api/schemas');
  return Trace.parse(await request('GET', `/api/v1/trace/${kind}/${encodeURIComponent(id)}`));
}

function describe(trace: Trace, kinds: Kinds, limit: number): string {
  const lines: string[] = [];
  const labels = new Map(trace.nodes.map((node) => [`${node.kind}:${node.id}`, node.label]));
  for (const { name: kind } of [...kinds].reverse()) {
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
