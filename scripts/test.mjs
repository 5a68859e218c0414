// `npm test`: set-up, then formatting, lint, types, the TypeScript tests and the Python tests.
// `npm test -- --long`: only the tests that take minutes each (`*.long.test.ts`). `npm test -- --all`: both, as CI does.
// All of them run even when one fails. The last line counts: N passed, N failed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePeerEnvironment } from './peer-environment.mjs';
import { giveUp, root, setup, setupFolder } from './setup.mjs';

await setup({ quiet: true }).catch(giveUp);
const python = join(setupFolder, 'python', 'bin', 'python');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const report = (name) => join(setupFolder, 'log', name);
const extent = process.argv.find((argument) => argument === '--long' || argument === '--all');
const onlyFiles = process.argv.slice(2).filter((argument) => argument !== extent);
// Without a network the tests with other people's packages are skipped, and say so.
for (const [name, folder] of [
  ['serving-clients', 'serving'],
  ['python-package', 'python'],
  ['croissant', 'tables'],
  ['model-signing', 'models'],
  ['oracles', 'experiments'],
])
  if (onlyFiles.length === 0 || onlyFiles.some((path) => path.includes(folder))) makePeerEnvironment(name);

function run(title, command, args, options = {}) {
  process.stdout.write(`\n== ${title}\n`);
  return spawnSync(command, args, { stdio: 'inherit', cwd: root, ...options }).status === 0;
}

function check(title, command, args) {
  const passed = run(title, command, args);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

function vitest(title, config) {
  const file = report(config === 'vitest.config.ts' ? 'vitest.json' : 'vitest-long.json');
  rmSync(file, { force: true });
  const ok = run(title, bin('vitest'), [
    'run',
    `--config=${config}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...onlyFiles,
  ]);
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(file, 'utf8'));
  // A file that could not be loaded counts as one failure although none of its tests ran.
  const brokenFiles = result.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length;
  const failed = result.numFailedTests + brokenFiles;
  return {
    passed: result.numPassedTests,
    failed: ok ? failed : Math.max(1, failed),
    skipped: result.numPendingTests,
  };
}

function pytest() {
  const file = report('pytest.xml');
  rmSync(file, { force: true });
  const ok = run('Python tests', python, ['-m', 'pytest', '-q', `--junitxml=${file}`], {
    cwd: join(root, 'recognition', 'training'),
  });
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const count = (name) =>
    Number(readFileSync(file, 'utf8').match(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`))?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return {
    passed: count('tests') - failed - count('skipped'),
    failed: ok ? failed : Math.max(1, failed),
    skipped: count('skipped'),
  };
}

const quick = () => vitest('TypeScript tests', 'vitest.config.ts');
const long = () => vitest('Tests that take minutes', join('scripts', 'long-tests.config.ts'));

function everythingQuick() {
  return [
    check('Formatting and lint', bin('biome'), ['check', '.']),
    check('Types', bin('tsc'), ['--noEmit']),
    check('Python lint', python, ['-m', 'ruff', 'check', 'recognition/training']),
    check('Python lint of clients and peers', python, [
      ...['-m', 'ruff', 'check', '--config', join('recognition', 'training', 'pyproject.toml')],
      ...[
        'platform/serving',
        'platform/adapters',
        'platform/control',
        'platform/cli/templates',
        'bench',
        'examples',
      ],
    ]),
    check('Python lint of the package', python, ['-m', 'ruff', 'check', 'platform/python']),
    check('Python formatting of the package', python, ['-m', 'ruff', 'format', '--check', 'platform/python']),
    quick(),
    pytest(),
  ];
}

const counts = [
  ...(extent === '--long' ? [] : onlyFiles.length > 0 ? [quick()] : everythingQuick()),
  ...(extent === undefined ? [] : [long()]),
];
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
const skipped = sum('skipped');
process.stdout.write(
  `\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = sum('failed') > 0 ? 1 : 0;
