"""The trainable head: features of a backbone to an embedding of unit length."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEAD_FORMAT = "visavox-head/1"
"""What the metadata of a head's safetensors file says under `format`."""


@dataclass(frozen=True)
class HeadWeights:
    """embedding = unit length of (unit length of features @ kernel + bias).

    Attributes:
        kernel: [d, d], float32.
        bias: [d], float32.
    """

    kernel: np.ndarray
    bias: np.ndarray

    @property
    def dimension(self) -> int:
        return len(self.bias)

    def apply(self, features: np.ndarray) -> np.ndarray:
        """[n, d] to [n, d] of unit length, as the exported head does."""
        return unit(unit(features) @ self.kernel + self.bias)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row divided by its length; zero stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def identity_weights(dimension: int) -> HeadWeights:
    """The head of the published network."""
    return HeadWeights(np.eye(dimension, dtype=np.float32), np.zeros(dimension, np.float32))


def build_head(weights: HeadWeights):
    """Builds the Keras model: `features` [n, d] to `embedding` [n, d] of unit length."""
    import keras

    from visavox_training.layers import UnitLength

    dimension = weights.dimension
    features = keras.Input((dimension,), name="features")
    projection = keras.layers.Dense(dimension, name="projection")
    directions = UnitLength(name="direction")(features)
    head = keras.Model(features, UnitLength(name="embedding")(projection(directions)), name="head")
    projection.set_weights([weights.kernel, weights.bias])
    return head


def head_to_onnx(head) -> bytes:
    """Exports a Keras head; the same weights give the same bytes."""
    from visavox_training.export import to_onnx

    example = np.ones((2, head.input_shape[-1]), np.float32)
    dynamic = {"features": {0: "n"}, "embedding": {0: "n"}}
    return to_onnx(head, example, input_name="features", output_name="embedding", dynamic=dynamic)


def head_to_safetensors(weights: HeadWeights) -> bytes:
    """`kernel` [d, d] and `bias` [d], float32; the same weights give the same bytes."""
    from safetensors.numpy import save

    tensors = {"kernel": weights.kernel, "bias": weights.bias}
    # Nothing else in the metadata: several entries would be written in an order of their own each time.
    return save({name: np.ascontiguousarray(one, np.float32) for name, one in tensors.items()}, {"format": HEAD_FORMAT})


def read_head(path: Path) -> HeadWeights:
    """Reads the weights of a head: from safetensors, or from ONNX where a bundle of earlier versions has nothing else.

    Raises:
        ValueError: the file is not a head.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"The head {path} cannot be read. Expected a file. Received: {error}") from error
    # After the length of its header, that of safetensors begins as JSON does.
    weights = _of_safetensors(path, data) if data[8:9] == b"{" else _of_onnx(path, data)
    kernel, bias = weights.kernel, weights.bias
    if bias.ndim != 1 or kernel.shape != (len(bias), len(bias)) or {kernel.dtype, bias.dtype} != {np.dtype(np.float32)}:
        raise ValueError(
            f"{path} is not a head. Expected a kernel [d, d] and a bias [d] of float32. "
            f"Received: {kernel.dtype} {list(kernel.shape)} and {bias.dtype} {list(bias.shape)}"
        )
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise ValueError(f"{path} is not a head. Expected finite weights. Received: NaN or infinity")
    return weights


def _of_safetensors(path: Path, data: bytes) -> HeadWeights:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"The head {path} cannot be read. Expected safetensors. Received: {error}") from error
    written = header.get("__metadata__", {}).get("format")
    if written != HEAD_FORMAT or set(tensors) != {"kernel", "bias"}:
        raise ValueError(
            f"{path} is not a head. Expected kernel and bias in the format {HEAD_FORMAT}. "
            f"Received: {sorted(tensors)} in {written}"
        )
    return HeadWeights(tensors["kernel"], tensors["bias"])


def _of_onnx(path: Path, data: bytes) -> HeadWeights:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load_from_string(data).graph
    except DecodeError as error:
        expected = "Expected safetensors or ONNX"
        raise ValueError(f"The head {path} cannot be read. {expected}. Received: {error}") from error
    arrays = {value.name: onnx.numpy_helper.to_array(value) for value in graph.initializer}
    by_operation = {
        node.op_type: arrays[name]
        for node in graph.node
        for name in node.input
        if name in arrays and node.op_type in ("MatMul", "Add")
    }
    kernel, bias = by_operation.get("MatMul"), by_operation.get("Add")
    if kernel is None or bias is None:
        raise ValueError(f"{path} is not a head. Expected one matrix product and one sum. Received: {sorted(arrays)}")
    return HeadWeights(kernel, bias)
