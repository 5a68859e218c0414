import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { DatasetStore } from '@visavox/core/ports';

/** What is new since the dataset that the last run was trained on, by names that the project chooses. */
export type Counts = Readonly<Record<string, number>>;

/** What a trigger may look at. */
export interface TriggerContext {
  readonly now: Date;
  /** When the controller first looked. */
  readonly since: Date;
  /** What `mark` returned when the newest training began that has come to an end by itself; null before there was one. */
  readonly mark: string | null;
  /** The dataset of that training. */
  readonly trainedOn: Digest | null;
  countNew(): Promise<Counts>;
  readonly datasets: Pick<DatasetStore, 'latest'>;
}

/** Says when to train again. */
export interface Trigger {
  /** Unique among the triggers of a model: what it remembers is kept under this name. */
  readonly name: string;
  /** Returns why to train now, in words for people, or null. */
  due(context: TriggerContext): Promise<string | null>;
  /** What it has seen by now. Kept when a training begins, and handed back once that has come to an end. */
  mark?(context: TriggerContext): Promise<string | null>;
  /** When it is due next, where that is known. */
  next?(context: Pick<TriggerContext, 'since' | 'mark'>): Date | null;
  /** The counts that it waits for, by name: checked when the project is declared, shown to operators. */
  readonly thresholds?: Counts;
}

/** Throws a UserError where triggers of a model share a name or wait for what it does not count. */
export function checkTriggers(
  triggers: readonly Trigger[],
  { model, counts }: { readonly model: string; readonly counts: readonly string[] },
): void {
  const twice = triggers.find(({ name }, index) => triggers.findIndex((one) => one.name === name) !== index);
  if (twice) {
    throw new UserError({
      kind: 'invalid',
      code: 'trigger_twice',
      message: `${model} has two triggers "${twice.name}"`,
      action: 'Leave one of them out.',
    });
  }
  const unknown = triggers
    .flatMap(({ thresholds = {} }) => Object.keys(thresholds))
    .find((name) => !counts.includes(name));
  if (unknown !== undefined) {
    throw new UserError({
      kind: 'invalid',
      code: 'unknown_count',
      message: `a trigger of ${model} waits for new "${unknown}", which are not counted`,
      action:
        counts.length === 0
          ? 'This model counts nothing: use another trigger.'
          : `Use what is counted: ${counts.join(', ')}.`,
      details: { received: unknown, expected: counts },
    });
  }
}
