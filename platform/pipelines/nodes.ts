import type { EnvironmentFile } from './environments/declaration.ts';
import type { ArtifactType, InputPort, ParameterType, PortType } from './ports.ts';
import type { Access } from './step-extras.ts';

/** A value that is known when the pipeline runs. `type` is checked wherever the reference is used. */
export type ReferenceNode =
  | { readonly kind: 'parameter'; readonly name: string; readonly type: PortType }
  | { readonly kind: 'output'; readonly task: string; readonly output: string; readonly type: PortType }
  | { readonly kind: 'item'; readonly loop: string; readonly type: PortType }
  | { readonly kind: 'collected'; readonly loop: string; readonly of: ReferenceNode; readonly type: PortType }
  | { readonly kind: 'text'; readonly parts: readonly (string | ReferenceNode)[]; readonly type: PortType };

export type Reference<Type extends PortType = PortType> = ReferenceNode & { readonly type: Type };

export interface ConstantNode {
  readonly kind: 'constant';
  readonly value: unknown;
}

export interface RetryNode {
  readonly max: number;
  readonly backoffSeconds: number;
  readonly factor: number;
  readonly maxSeconds: number;
}

export interface ResourcesNode {
  /** Cores, as in Kubernetes: 2, '500m'. */
  readonly cpu?: number | string;
  /** As in Kubernetes: '4G', '512Mi'. */
  readonly memory?: string;
  readonly gpu?: number;
}

export interface ComponentNode {
  readonly kind: 'component';
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, ParameterType | ArtifactType>>;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: ResourcesNode;
  readonly environment: EnvironmentFile | null;
  readonly secrets: readonly { readonly variable: string; readonly secret: string; readonly key: string }[];
  readonly access: Access;
  readonly timeoutSeconds: number | null;
  readonly retries: RetryNode | null;
  readonly cache: boolean;
  /** What its code is; all of the project where it names nothing. */
  readonly sources: readonly string[];
}

export interface TaskNode {
  readonly kind: 'task';
  readonly key: string;
  readonly component: ComponentNode;
  readonly arguments: Readonly<Record<string, ReferenceNode | ConstantNode>>;
  readonly after: readonly string[];
  readonly evenAfterFailure: boolean;
  readonly cache: boolean;
  readonly retries: RetryNode | null;
}

export interface LoopNode {
  readonly kind: 'loop';
  readonly key: string;
  readonly name: string;
  readonly items: ReferenceNode | ConstantNode;
  /** The name of the item's input inside the loop. */
  readonly itemInput: string;
  readonly itemType: PortType;
  readonly parallelism: number | null;
  readonly after: readonly string[];
  readonly nodes: readonly Node[];
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface WhenNode {
  readonly kind: 'when';
  readonly key: string;
  readonly name: string;
  readonly left: ReferenceNode;
  readonly comparison: Comparison;
  readonly right: string | number | boolean;
  readonly after: readonly string[];
  readonly nodes: readonly Node[];
}

export type Node = TaskNode | LoopNode | WhenNode;

export interface PipelineNode {
  readonly kind: 'pipeline';
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, InputPort>>;
  readonly nodes: readonly Node[];
}

/** The name under which kfp carries a value into loops and conditions. */
export function channelOf(reference: ReferenceNode, itemInputOf: (loop: string) => string): string {
  switch (reference.kind) {
    case 'parameter':
      return `pipelinechannel--${reference.name}`;
    case 'output':
      return `pipelinechannel--${reference.task}-${reference.output}`;
    case 'item':
      return itemInputOf(reference.loop);
    case 'collected':
      return channelOf(reference.of, itemInputOf);
    case 'text':
      throw new TypeError('a text has no channel of its own');
  }
}
