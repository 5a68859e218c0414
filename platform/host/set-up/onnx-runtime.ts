export { hasOnnxRuntime, onnxRuntimeAction } from '@visavox/serving/onnx-runtime';
