// What is set up once on a machine, step by step. Plain JavaScript without packages: in a clone it runs before any is
// installed. Each step leaves a stamp (a digest of what it was made from) when it is done, so that a second run costs
// nothing and needs no network.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { alone } from './lock.mjs';

export class SetUpError extends Error {
  constructor(message, action, output = '') {
    super(message);
    this.action = action;
    this.output = output;
  }
}

/**
 * Runs the steps that are not done yet and returns the names of those that ran. One process at a time does so in a folder.
 * Throws SetUpError.
 */
export async function setUp(folder, steps, { quiet = false } = {}) {
  if (steps.every((step) => isDone(folder, step))) return [];
  return await alone(
    folder,
    () => runSteps(folder, steps, quiet),
    (pid) =>
      process.stderr.write(`Another set-up is at work here (process ${pid}): waiting until it is done …\n`),
  );
}

async function runSteps(folder, steps, quiet) {
  mkdirSync(join(folder, 'log'), { recursive: true });
  const ran = [];
  for (const [index, step] of steps.entries()) {
    if (isDone(folder, step)) continue;
    const label = `[${index + 1}/${steps.length}] ${step.name}`;
    const log = join(folder, 'log', `${step.name.replaceAll(' ', '-')}.log`);
    const started = Date.now();
    const progress = showProgress(quiet && !process.stderr.isTTY ? null : label, step.hint);
    try {
      rmSync(stampOf(folder, step), { force: true });
      await step.run({ file: log, progress });
    } catch (error) {
      progress.end('failed');
      throw error;
    }
    // Digested again: npm may have rewritten its lock while it ran.
    writeAtomically(stampOf(folder, step), step.stamp());
    progress.end(`done in ${Math.round((Date.now() - started) / 1000)} s`);
    ran.push(step.name);
  }
  return ran;
}

/** Whether a step was finished, and from what there is now. */
export function isDone(folder, step) {
  const stamp = stampOf(folder, step);
  return step.present() && existsSync(stamp) && readFileSync(stamp, 'utf8') === step.stamp();
}

/** Beside what the step makes where it says so, to be gone with it. */
function stampOf(folder, step) {
  return join(step.stampFolder ?? folder, `${step.name.replaceAll(' ', '-')}.stamp`);
}

/**
 * Ends the program with whoever started it, also where that is killed: nothing goes on in a folder that a later set-up
 * changes. Standard input ends when its other end is closed.
 */
const endingWithThisProcess = `
exec 3<&0
"$@" </dev/null 3<&- & program=$!
{ cat; kill -9 "$program"; } <&3 >/dev/null 2>&1 & watch=$!
wait "$program"; code=$?
kill "$watch"
exit "$code"`;

/** Runs a program of a step, with what it says in the step's log. Returns whether it succeeded, which is a must unless `optional`. */
export function run(command, args, log, { cwd, env = {}, optional = false, action = '' } = {}) {
  return new Promise((done, fail) => {
    const file = createWriteStream(log.file, { flags: 'a' });
    file.write(`\n$ ${command} ${args.join(' ')}\n`);
    const child = spawn('/bin/sh', ['-c', endingWithThisProcess, 'set-up', command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: 'pipe',
    });
    child.on('exit', () => child.stdin.destroy());
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        file.write(chunk);
        tail = (tail + chunk).slice(-4000);
        log.progress.line(
          tail
            .trimEnd()
            .split(/[\r\n]/)
            .at(-1) ?? '',
        );
      });
    }
    child.on('error', (error) =>
      fail(new SetUpError(`${command} could not be started: ${error.message}`, action)),
    );
    child.on('close', (code) => {
      file.end();
      if (code === 0) done(true);
      else if (optional) done(false);
      else
        fail(
          new SetUpError(
            `"${command} ${args.slice(0, 3).join(' ')} …" ended with ${code}; the whole log is ${relative(process.cwd(), log.file)}`,
            action,
            tail,
          ),
        );
    });
  });
}

function showProgress(label, hint) {
  if (label === null) return { line() {}, end() {} };
  const terminal = process.stderr.isTTY;
  const started = Date.now();
  let last = '';
  const draw = () => {
    const width = (process.stderr.columns ?? 80) - 1;
    const text = `${label} ${Math.round((Date.now() - started) / 1000)} s  ${last}`;
    process.stderr.write(`\r\x1b[2K${text.slice(0, width)}`);
  };
  if (!terminal) process.stderr.write(`${label} (${hint}) …\n`);
  const timer = terminal ? setInterval(draw, 250) : undefined;
  return {
    line(text) {
      last = text;
    },
    end(outcome) {
      clearInterval(timer);
      process.stderr.write(terminal ? `\r\x1b[2K${label}: ${outcome}\n` : `${label}: ${outcome}\n`);
    },
  };
}

/** Of what the files hold, and what they are called from `from`. */
export function digestOfFiles(files, from) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(from, file)}\0`);
    if (existsSync(file) && statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

function writeAtomically(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
