import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aloneSweep, type Side } from './side.ts';

/** What a side asks of somebody: what is typed, and what is written once. */
export interface Effort {
  readonly commands: number;
  readonly characters: number;
  readonly files: number;
  /** Without empty ones, comments and docstrings of one line. */
  readonly lines: number;
  /** At the 0.28 s a keystroke of an average typist (Card, Moran and Newell, 1980): typing alone, without a thought. */
  readonly typingMinutes: number;
}

const fileOfAloneSweep = 'sweep_optuna.py';
const secondsAKeystroke = 0.28;

/** `written`: the folder of the files that are this side's alone. */
export function effortOf({ setUp, typed }: Pick<Side, 'setUp' | 'typed'>, written: string): Effort {
  const works = [...typed].filter(([work]) => work !== aloneSweep);
  const commands = [...setUp, ...works.flatMap(([, lines]) => lines)];
  const files = readdirSync(written).filter(
    (name) => /\.(py|ya?ml|ts)$/.test(name) && name !== fileOfAloneSweep,
  );
  const lines = files.flatMap((name) => linesOf(readFileSync(join(written, name), 'utf8')));
  const characters = commands.join('\n').length;
  const keystrokes = characters + lines.map((line) => line.trim()).join('\n').length;
  return {
    ...{ commands: commands.length, characters, files: files.length, lines: lines.length },
    typingMinutes: (keystrokes * secondsAKeystroke) / 60,
  };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(#|""".*"""$)/.test(line));
}
