"""The trainable head: features of a backbone to an embedding of unit length."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


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


def read_head(path: Path) -> HeadWeights:
    """Reads the weights back from an exported head.

    Raises:
        ValueError: the file is not an exported head.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load(str(path)).graph
    except (OSError, DecodeError) as error:
        raise ValueError(f"The head {path} cannot be read. Expected an ONNX file. Received: {error}") from error
    arrays = {value.name: onnx.numpy_helper.to_array(value) for value in graph.initializer}
    by_operation = {
        node.op_type: arrays[name]
        for node in graph.node
        for name in node.input
        if name in arrays and node.op_type in ("MatMul", "Add")
    }
    kernel, bias = by_operation.get("MatMul"), by_operation.get("Add")
    if kernel is None or bias is None or kernel.shape != (len(bias), len(bias)):
        raise ValueError(f"{path} is not a head. Expected one matrix product and one sum. Received: {sorted(arrays)}")
    return HeadWeights(kernel, bias)
