"""The trainable head: features of a backbone to an embedding of unit length."""

import keras
import numpy as np

from visavox_training.layers import UnitLength


def build_head(dimension: int) -> keras.Model:
    """Builds the identity head: `features` [n, dimension] to `embedding` [n, dimension] of unit length."""
    features = keras.Input((dimension,), name="features")
    projected = keras.layers.Dense(
        dimension, kernel_initializer="identity", bias_initializer="zeros", name="projection"
    )(features)
    return keras.Model(features, UnitLength(name="embedding")(projected), name="head")


def head_weights(head: keras.Model) -> tuple[np.ndarray, np.ndarray]:
    """Answers kernel [d, d] and bias [d]: embedding = unit length of (features @ kernel + bias)."""
    kernel, bias = head.get_layer("projection").get_weights()
    return kernel, bias


def head_to_onnx(head: keras.Model) -> bytes:
    """Exports a head; the same weights give the same bytes."""
    from visavox_training.export import to_onnx

    dimension = head.input_shape[-1]
    example = np.ones((2, dimension), np.float32)
    dynamic = {"features": {0: "n"}, "embedding": {0: "n"}}
    return to_onnx(head, example, input_name="features", output_name="embedding", dynamic=dynamic)
