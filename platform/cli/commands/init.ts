import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { Option } from 'commander';
import type { CommandPlugin } from '../plugin.ts';

const templates = ['tabular', 'images', 'audio', 'empty'] as const;
type Template = (typeof templates)[number];
const languages = ['python', 'typescript'] as const;
type Language = (typeof languages)[number];

const folderOfTemplates = join(import.meta.dirname, '..', 'templates');

/** `visavox init`: a project to begin with. */
export const initCommand: CommandPlugin = (program, context) => {
  program
    .command('init')
    .argument('<name>', 'of the project and of its model: small letters, digits and hyphens; may be a path')
    .addOption(
      new Option(
        '--template <name>',
        'what is learned: from a table, from pictures, from sounds, or nothing yet',
      )
        .choices(templates)
        .default('tabular'),
    )
    .addOption(
      new Option('--language <name>', 'of the pipeline and the declaration; training is Python')
        .choices(languages)
        .default('python'),
    )
    .description('make a project: data, pipeline, training script, notebook, tests, CI')
    .addHelpText('after', '\n  visavox init irises --template tabular --language python')
    .action(async (path: string, options: { template: Template; language: Language }, command) => {
      const { result } = context(command);
      const folder = resolve(path);
      const files = await makeProject(folder, options);
      result(
        { folder, files },
        [`${path} is there: ${files.join(', ')}`, '', ...nextSteps(path, options)].join('\n'),
      );
    });
};

/** Writes a project whole or not at all. Throws a UserError where the folder has something in it. */
export async function makeProject(
  folder: string,
  { template, language }: { readonly template: Template; readonly language: Language },
): Promise<readonly string[]> {
  const name = basename(folder);
  if (!/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(name))
    throw invalid(
      'name_invalid',
      `"${name}" cannot be the name of a project`,
      'Use small letters, digits and hyphens, and begin with a letter: night-birds.',
    );
  if (existsSync(folder) && (await readdir(folder)).length > 0)
    throw invalid(
      'folder_not_empty',
      `${folder} has files in it`,
      'Choose another name, or an empty folder.',
    );
  const unfinished = `${folder}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    for (const layer of layersOf(template, language))
      await cp(join(folderOfTemplates, layer), unfinished, { recursive: true });
    // What npm leaves out of a package, or takes for its own.
    await rename(join(unfinished, 'gitignore'), join(unfinished, '.gitignore'));
    for (const other of ['python', 'typescript'])
      await rm(join(unfinished, other), { recursive: true, force: true });
    await fillIn(unfinished, await wordsFor(name, template, language));
    // One that somebody has put something into meanwhile is left alone.
    if (existsSync(folder)) await rmdir(folder);
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return (await readdir(folder)).sort();
}

/** Later ones have what is more particular. */
function layersOf(template: Template, language: Language): string[] {
  const base = template === 'empty' ? 'empty' : 'model';
  return ['common', base, join(base, language), ...(template === 'empty' ? [] : [template])];
}

async function wordsFor(name: string, template: Template, language: Language) {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
  return {
    __NAME__: name,
    __VERSION__: String(version),
    __PIPELINE__: pipelineOf(language),
    __CONFIG__: language === 'python' ? 'visavox.config.yaml' : 'visavox.config.ts',
    __MAKE_DATA__: makesData(template) ? 'python make_data.py\n' : '',
  };
}

const pipelineOf = (language: Language) => (language === 'python' ? 'pipeline.py' : 'pipeline.ts');
const makesData = (template: Template) => template === 'images' || template === 'audio';

async function fillIn(folder: string, words: Readonly<Record<string, string>>): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    const filled = Object.entries(words).reduce((all, [word, value]) => all.replaceAll(word, value), text);
    if (filled !== text) await writeFile(file, filled);
  }
}

function nextSteps(
  path: string,
  { template, language }: { template: Template; language: Language },
): string[] {
  const name = basename(path);
  const pipeline = pipelineOf(language);
  const steps =
    template === 'empty'
      ? [`npx visavox run ${pipeline}`]
      : [
          ...(makesData(template) ? ['python make_data.py'] : []),
          `npx visavox data import data --name ${name}`,
          `npx visavox run ${pipeline} --param data=${name} --name first`,
        ];
  return [
    ...['Start it:', `  cd ${path}`, '  npm install', '  npx visavox up', ''],
    ...['Then, in another terminal, in that folder:', ...steps.map((step) => `  ${step}`), ''],
    'README.md goes on from there.',
  ];
}

function invalid(code: string, message: string, action: string): UserError {
  return new UserError({ kind: 'invalid', code, message, action });
}
