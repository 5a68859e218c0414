import { parseModelReference } from '@visavox/core/model';
import type { Command } from 'commander';
import type { CommandContext } from '../plugin.ts';
import { inEnvironment, pathOfVersion, queryOf } from '../references.ts';
import { table } from '../table.ts';

type Contexts = (command: Command) => CommandContext;

const reference = 'NAME:VERSION, or NAME@ALIAS such as digits@champion';
const where = [
  '--environment <name>',
  'where the alias is looked up, if the model has several environments',
] as const;

/** What is known of model versions: verified, listed as materials, compared, called by other names. */
export function addModelFacts(models: Command, context: Contexts): void {
  addVerify(models, context);
  addBom(models, context);
  addCompare(models, context);
  addAliases(models, context);
}

function addVerify(models: Command, context: Contexts): void {
  models
    .command('verify')
    .argument('<ref>', reference)
    .option(...where)
    .description('hold every byte of a version against its signature')
    .action(async (text: string, { environment }: { environment?: string }, command: Command) => {
      const { request, result } = context(command);
      const { ModelVerification } = await import('@visavox/api/model-facts-schemas');
      const path = `${pathOfVersion(parseModelReference(text))}/verify${inEnvironment(environment)}`;
      const found = ModelVerification.parse(await request('POST', path));
      result({ model: text, ...found }, `${text} is ${verdict(found)}`);
      if (found.state !== 'verified') process.exitCode = 1;
    });
  models
    .command('key')
    .description(
      'the public key by which anyone can verify models of this installation: model_signing verify key',
    )
    .action(async (_options, command: Command) => {
      const { request, result } = context(command);
      const { SigningKey } = await import('@visavox/api/model-facts-schemas');
      const key = SigningKey.parse(await request('GET', '/api/v1/model-signing-key'));
      result(key, key.pem.trimEnd());
    });
  models
    .command('export')
    .argument('<ref>', reference)
    .argument('<folder>', 'where its files are written')
    .option('--signature <file>', 'where the signature over them is written, outside of the folder')
    .option(...where)
    .description('write the files of a version into a folder, each checked')
    .action(async (text: string, folder: string, options: ExportWish, command: Command) => {
      const { stream, request, result } = context(command);
      const { exportModel } = await import('./export-model.ts');
      const files = await exportModel(
        { stream, request },
        { reference: parseModelReference(text), folder, ...options },
      );
      result({ model: text, folder, files }, `${files} files of ${text} are in ${folder}`);
    });
}

interface ExportWish {
  readonly signature?: string;
  readonly environment?: string;
}

export function verdict({
  state,
  faults,
  key,
}: {
  readonly state: 'verified' | 'unsigned' | 'refused';
  readonly faults: readonly string[];
  readonly key: string;
}): string {
  switch (state) {
    case 'verified':
      return `verified: signed by the key ${key.slice(0, 16)}…`;
    case 'unsigned':
      return 'not signed yet: it is when it is released';
    case 'refused':
      return `not what was signed: ${faults.join('; ')}`;
  }
}

function addBom(models: Command, context: Contexts): void {
  models
    .command('bom')
    .argument('<ref>', reference)
    .option(...where)
    .description('its bill of materials: CycloneDX 1.6 (ML-BOM)')
    .action(async (text: string, { environment }: { environment?: string }, command: Command) => {
      const { request, result } = context(command);
      const bom = await request(
        'GET',
        `${pathOfVersion(parseModelReference(text))}/bom${inEnvironment(environment)}`,
      );
      result(bom, JSON.stringify(bom, null, 2));
    });
}

interface CompareWish {
  readonly on?: string;
  readonly environment?: string;
}

function addCompare(models: Command, context: Contexts): void {
  models
    .command('compare')
    .argument('<a>', reference)
    .argument('<b>', 'another one')
    .option('--on <dataset>', 'the dataset version that was held out: NAME, NAME@DIGEST or a digest')
    .option(...where)
    .description('two versions side by side, and which of their figures can be compared')
    .action(async (a: string, b: string, { on, environment }: CompareWish, command: Command) => {
      const { request, result } = context(command);
      const { ModelComparison } = await import('@visavox/api/model-facts-schemas');
      for (const one of [a, b]) parseModelReference(one);
      const path = `/api/v1/model-comparison${queryOf({ a, b, on, environment })}`;
      const found = ModelComparison.parse(await request('GET', path));
      const { metrics, ...rest } = found;
      const others = (['signature', 'card', 'lineage', 'sizes'] as const).flatMap((kind) =>
        rest[kind].map((one) => [one.equal ? '=' : '!', one.name, short(one.a), short(one.b)]),
      );
      const figures = metrics.map((one) => [
        one.name,
        ...[one.a, one.b, one.comparable && one.a !== null && one.b !== null ? one.b - one.a : null],
        one.comparable ? one.why : `not comparable: ${one.why}`,
      ]);
      result(
        found,
        [
          metrics.length === 0
            ? 'Nothing was measured of either.'
            : table(['metric', found.a, found.b, 'change', 'measured'], figures),
          table(['', '', found.a, found.b], others),
        ].join('\n\n'),
      );
    });
}

function short(value: string | number | null): string | number | null {
  if (typeof value !== 'string') return value;
  const line = value.replaceAll(/\s+/g, ' ').replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, '$1');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function addAliases(models: Command, context: Contexts): void {
  const shown = async (command: Command, answer: unknown, history: boolean) => {
    const { AliasHistory } = await import('@visavox/api/model-facts-schemas');
    const found = AliasHistory.parse(answer);
    const rows = history
      ? found.history.map((one) => [
          one.environment === null ? one.alias : `${one.alias} (${one.environment})`,
          one.version ?? 'taken away',
          ...[one.at.slice(0, 19), one.by, one.reason],
        ])
      : found.aliases.map((one) => [one.alias, one.version, one.at.slice(0, 19), one.by, one.reason]);
    const none = history ? 'No alias was ever given.' : 'It has no aliases but those of its releases.';
    context(command).result(
      found,
      rows.length === 0 ? none : table(['alias', 'version', 'since', 'by', 'reason'], rows),
    );
  };
  const pathOf = (name: string) => `/api/v1/models/${encodeURIComponent(name)}/aliases`;
  models
    .command('alias')
    .argument('<name>', 'the model')
    .argument('<alias>', 'small letters')
    .argument('[version]', 'the version that it is to mean')
    .requiredOption('--reason <text>', 'why, for those who look at it later')
    .option('--remove', 'take it away')
    .description('give a version a name of your own, or another version that name')
    .action(
      async (
        name: string,
        alias: string,
        version: string | undefined,
        options: AliasOptions,
        command: Command,
      ) => {
        const { request } = context(command);
        const path = `${pathOf(name)}/${encodeURIComponent(alias)}`;
        if ((options.remove ?? false) === (version !== undefined))
          command.error('error: name a version, or --remove');
        const answer = options.remove
          ? await request('DELETE', `${path}${queryOf({ reason: options.reason })}`)
          : await request('PUT', path, { version: Number(version), reason: options.reason });
        await shown(command, answer, false);
      },
    );
  models
    .command('aliases')
    .argument('<name>', 'the model')
    .option('--history', 'with all that they meant before')
    .description('what the aliases of a model mean, since when, by whom and why')
    .action(async (name: string, { history = false }: { history?: boolean }, command: Command) => {
      await shown(command, await context(command).request('GET', pathOf(name)), history);
    });
}

interface AliasOptions {
  readonly reason: string;
  readonly remove?: boolean;
}

/** Rows about what the files of a version say, for `models show`. */
export async function detailRows(request: CommandContext['request'], path: string) {
  const { ModelDetails } = await import('@visavox/api/model-facts-schemas');
  const details = ModelDetails.parse(await request('GET', path));
  const { takes, returns, card, signed, example } = details;
  const rows: [string, string | number | null][] = [
    ['flavour', details.flavour],
    ['takes', takes?.join(', ') ?? null],
    ['returns', returns?.join(', ') ?? null],
    ['example', example?.file ?? null],
    ['card', card.file],
    ['licence', card.licence],
    [
      'trained on',
      card.data.map(({ name, version }) => (version ? `${name}@${version.slice(7, 19)}` : name)).join(', ') ||
        null,
    ],
    ['limits', short(card.limits) as string | null],
    ['files', `${details.files}, ${details.bytes} bytes`],
    ['signed', verdict(signed)],
    ...details.faults.map(({ message }): [string, string] => ['fault', message]),
  ];
  return { details, rows };
}
