import type { ComponentDefinition } from './component.ts';
import type { Reference } from './nodes.ts';
import type { ArtifactType, InputPorts, OutputPorts, ParameterType, PortType } from './ports.ts';

export interface TaskOptions {
  /** The task's name; the component's name unless given. */
  readonly name?: string;
  readonly cache?: boolean;
  readonly retries?: ComponentDefinition<InputPorts, OutputPorts>['retries'];
  /** Run it when the tasks before it have ended, however they ended. */
  readonly evenAfterFailure?: boolean;
}

/** Something to wait for. */
export interface Step {
  readonly key: string;
}

export interface Task<Outputs extends OutputPorts> extends Step {
  /** Wait for these, although none of their outputs is used. */
  after(...others: readonly Step[]): Task<Outputs>;
  readonly outputs: { readonly [Name in keyof Outputs]: Reference<Outputs[Name]> };
}

type Collected<Type extends PortType> = Type extends ParameterType
  ? Reference<'list'>
  : Type extends ArtifactType
    ? Reference<`${Type}[]`>
    : Reference<Type>;

export interface Loop<Results extends Readonly<Record<string, Reference>>> extends Step {
  after(...others: readonly Step[]): Loop<Results>;
  /** What the iterations gave, in the order of the items. */
  readonly collected: { readonly [Name in keyof Results]: Collected<Results[Name]['type']> };
}

/** What the body of a loop answers: the references to collect, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a body that ends without an answer is the usual case
export type Answer<Results> = Results | void;

export interface LoopOptions {
  /** What the iterations are called: `embed` gives `embed/0/…`. */
  readonly name: string;
  /** At most so many iterations at a time. */
  readonly parallelism?: number;
}

export interface Condition extends Step {
  after(...others: readonly Step[]): Condition;
}
