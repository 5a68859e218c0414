import { messageOf, UserError } from '@visavox/core/errors';
import type { Controller } from './controller.ts';

type One = Pick<Controller, 'model' | 'environment' | 'tick'>;

/** The controllers of a project, one a model and environment. */
export class Controllers<C extends One = Controller> {
  readonly all: readonly C[];
  readonly #report: (event: string, details: Record<string, unknown>) => void;

  /** Throws a UserError where a model has two in an environment. */
  constructor(
    controllers: readonly C[],
    report: (event: string, details: Record<string, unknown>) => void = () => {},
  ) {
    const seen = new Set<string>();
    for (const { model, environment } of controllers) {
      const place = `${model} in ${environment}`;
      if (seen.has(place)) throw declaredTwice(place);
      seen.add(place);
    }
    this.all = controllers;
    this.#report = report;
  }

  /** The names of the models, each once. */
  get models(): readonly string[] {
    return [...new Set(this.all.map(({ model }) => model))];
  }

  /** The one of a model; of which environment has to be said where there are several. */
  of(model: string, environment?: string): C {
    const found = this.ofModel(model);
    const wanted = environment === undefined ? found : found.filter((one) => one.environment === environment);
    const [only, another] = wanted;
    if (only && !another) return only;
    const there = found.map((one) => one.environment).join(', ');
    throw environment === undefined
      ? environmentNeeded(model, there)
      : unknownEnvironment(model, environment, there);
  }

  /** Those of a model, in the order of its environments; one at least. */
  ofModel(model: string): readonly C[] {
    const found = this.all.filter((one) => one.model === model);
    if (found.length > 0) return found;
    throw new UserError({
      kind: 'not-found',
      code: 'model_not_declared',
      message: `no model called ${model} is released here`,
      action: `Use one that this project declares: ${this.models.join(', ') || 'there is none yet'}.`,
      details: { model },
    });
  }

  /** Lets each do its steps; one that fails keeps none of the others back, and its error is thrown afterwards. */
  async tick(): Promise<void> {
    const failures: unknown[] = [];
    for (const controller of this.all) {
      try {
        await controller.tick();
      } catch (error) {
        const { model, environment } = controller;
        failures.push(error);
        if (this.all.length > 1)
          this.#report('a controller failed', { model, environment, reason: messageOf(error) });
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

function declaredTwice(place: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'controller_twice',
    message: `two controllers are declared for ${place}`,
    action: 'Give each model one entry, with its environments.',
  });
}

function environmentNeeded(model: string, environments: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'environment_needed',
    message: `${model} is released to several environments`,
    action: `Say which one: ${environments}.`,
  });
}

function unknownEnvironment(model: string, environment: string, environments: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_environment',
    message: `${model} is not released to an environment called ${environment}`,
    action: `Use one of its environments: ${environments}.`,
  });
}
