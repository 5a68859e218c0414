// A step that leaves a trace in a ledger: step.mjs LEDGER MODE MILLISECONDS NUMBER TEXT LOSS [INPUT | EXECUTOR_INPUT]
// MODE is "work", "fail" (always), or "fail-once" (the first attempt).
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [ledger, mode, milliseconds, number, text, loss, input] = process.argv.slice(2);
const { VISAVOX_RUN: run, VISAVOX_TASK: task, VISAVOX_ATTEMPT: folder } = process.env;
const attempt = Number(/~(\d+)$/.exec(folder)[1]);
const inputs = input?.startsWith('{')
  ? JSON.parse(input).inputs.artifacts.parts.artifacts.map(({ uri }) => uri)
  : [input].filter((path) => path !== undefined);
const note = (event) =>
  appendFileSync(ledger, `${JSON.stringify({ run, task, attempt, event, at: Date.now() })}\n`);

note('begin');
await sleep(Number(milliseconds));
if (mode === 'fail' || (mode === 'fail-once' && attempt === 1)) {
  note('fail');
  process.exit(3);
}
// What a step makes follows from what it was given, so that it can be told whether it came out right.
writeFileSync(text, `${task} ${number}\n${inputs.map((path) => readFileSync(path, 'utf8')).join('')}`);
writeFileSync(loss, String(Number(number) / 2));
note('end');
