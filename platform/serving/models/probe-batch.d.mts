export interface ProbedTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export function probeBatch(
  inputMetadata: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
  size: number,
  infer: (inputs: readonly ProbedTensor[]) => Promise<ProbedTensor[]>,
): Promise<{ same: boolean; gain: number }>;
