import type { ServedModel } from '../models/model-service.ts';
import { protocolShape, type TensorSignature } from '../models/signature.ts';

export const serverName = 'visavox-serving';
export const serverVersion = '0.1.0';
export const serverExtensions = ['binary_tensor_data', 'model_repository'] as const;

/** What the protocol says about a model, over either transport. */
export function modelMetadata({ name, version, signature }: ServedModel) {
  const tensors = (all: readonly TensorSignature[]) =>
    all.map((tensor) => ({ name: tensor.name, datatype: tensor.datatype, shape: protocolShape(tensor) }));
  return {
    name,
    versions: [version],
    platform: 'onnxruntime_onnx',
    inputs: tensors(signature.inputs),
    outputs: tensors(signature.outputs),
  };
}
