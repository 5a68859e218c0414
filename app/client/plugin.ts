import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '@visavox/core/errors';
import type { CommandContext, CommandPlugin } from 'visavox/plugin';
import { table } from 'visavox/table';
import type { Person } from './answers.ts';
import type { VisavoxClient } from './client.ts';
import { addNewcomerCommands } from './newcomer-commands.ts';

interface Files {
  readonly faces: string[];
  readonly voices: string[];
}

/** `visavox people …` */
export const plugin: CommandPlugin = (program, context) => {
  const people = program.command('people').description('who can sign in');
  people
    .command('enrol')
    .argument('<name>')
    .requiredOption('--faces <file...>', '3 to 5 images of the face')
    .requiredOption('--voices <file...>', '3 recordings of the voice')
    .option(
      '--digits <digits...>',
      'the digits that each recording says; sign-ins then have to say those asked for',
    )
    .description(
      'enrol a person from recordings, for measuring: face and voice sign nobody in who has not said digits at a visit',
    )
    .action(async (name: string, files: Files & { readonly digits?: string[] }, command) => {
      const own = context(command);
      const client = await connect(own);
      const person = await client.enrolRecorded({
        name,
        faces: await read(files.faces),
        voices: await read(files.voices),
        prompts: files.digits ?? [],
      });
      own.result(
        person,
        `${person.name} is enrolled (${person.id}) with ${person.samples.face} faces and ${person.samples.voice} voices${person.state === 'pending' ? `; ${pendingBecause(person)}` : ''}.`,
      );
    });
  people
    .command('verify')
    .argument('<name>')
    .requiredOption('--faces <file...>', '1 to 5 images of the face')
    .requiredOption('--voices <file...>', 'a recording of the voice; the first is used')
    .description(
      'measure whether these recordings would be taken for the person; exit code 0 for yes, 1 for no. Signs nobody in',
    )
    .action(async (name: string, files: Files, command) => {
      const own = context(command);
      const [voice, ...more] = await read(files.voices);
      if (!voice) return;
      if (more.length > 0)
        own.log(`An attempt takes one recording of the voice: ${files.voices[0]} is used.`);
      const client = await connect(own);
      const attempt = await client.measure({ name, faces: await read(files.faces), speak: () => voice });
      const by = `${attempt.servedBy.model}:${attempt.servedBy.version}`;
      const why = attempt.reasons.length > 0 ? `: ${attempt.reasons.join(', ')}` : '';
      own.result(attempt, `${attempt.decision} by ${by} (attempt ${attempt.id})${why}`);
      if (attempt.decision !== 'accept') process.exitCode = 1;
    });
  people
    .command('list')
    .description('everyone who is enrolled')
    .action(async (_options, command) => {
      const own = context(command);
      const everyone = await (await connect(own)).people();
      const rows = everyone.map((one) => [
        one.name,
        one.samples.face,
        one.samples.voice,
        one.waysIn.passkeys,
        one.state === 'pending' ? pendingBecause(one) : one.verified ? 'verified' : 'from recordings',
        one.enrolledAt,
        one.id,
      ]);
      const head = ['name', 'faces', 'voices', 'passkeys', 'state', 'enrolled', 'id'];
      own.result({ people: everyone }, table(head, rows));
    });
  people
    .command('code')
    .argument('<name>', 'or the id of the person')
    .description('issue a code that lets a person in once within an hour, for somebody whom you know it is')
    .action(async (name: string, _options, command) => {
      const own = context(command);
      const client = await connect(own);
      const issued = await client.issueCode((await find(client, name)).id);
      own.result(
        issued,
        `${issued.code} lets ${issued.person.name} in once, until ${issued.expiresAt}. It is not shown again.`,
      );
    });
  people
    .command('events')
    .argument('[name]', 'or the id of a person; everybody without it')
    .option('--limit <n>', 'how many at most', '50')
    .description('who changed or used which way in, newest first')
    .action(async (name: string | undefined, { limit }: { limit: string }, command) => {
      const own = context(command);
      const client = await connect(own);
      const person = name === undefined ? {} : { person: (await find(client, name)).id };
      const events = await client.accessEvents({ limit: Number(limit), ...person });
      const rows = events.map((event) => [
        event.at,
        event.kind,
        event.by,
        event.person?.name ?? event.person?.id ?? '',
        Object.values(event.details).join(' '),
      ]);
      own.result({ events }, table(['at', 'what', 'by', 'person', 'details'], rows));
    });
  people
    .command('forget')
    .argument('<name>', 'or the id of the person')
    .description('erase a person with all recordings')
    .action(async (name: string, _options, command) => {
      const own = context(command);
      const client = await connect(own);
      const person = await find(client, name);
      await client.forget(person.id);
      own.result({ id: person.id, name: person.name, forgotten: true }, `${person.name} is forgotten.`);
    });
  addNewcomerCommands(people, { context, connect });
};

async function find(client: VisavoxClient, name: string): Promise<Person> {
  const wanted = name.normalize('NFKC').toLowerCase();
  const person = (await client.people()).find(
    (one) => one.id === name || one.name.normalize('NFKC').toLowerCase() === wanted,
  );
  if (person) return person;
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_person',
    message: `nobody is enrolled as "${name}"`,
    action: 'List everyone with "visavox people list".',
  });
}

function pendingBecause({ review = [] }: Person): string {
  const found = review.map(({ reason, match }) => `${reason} of ${match?.name ?? 'somebody who is gone'}`);
  return `pending: ${[...new Set(found)].join(', ')}`;
}

async function connect(context: CommandContext) {
  const { VisavoxClient } = await import('./client.ts');
  return new VisavoxClient({ server: context.server, token: context.token });
}

async function read(files: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return new Uint8Array(await readFile(file));
      } catch (error) {
        throw new UserError({
          kind: 'invalid',
          code: 'file_unreadable',
          message: `${file} cannot be read: ${messageOf(error)}`,
          action: 'Check the path.',
          cause: error,
        });
      }
    }),
  );
}
