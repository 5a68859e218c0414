"""Digits of seven segments on 6 x 4 pixels, and a softmax regression that reads them: what both sides train."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def read(folder: str) -> tuple[np.ndarray, np.ndarray]:
    """All rows of a folder: the digit, then its pixels."""
    tables = [np.loadtxt(path, delimiter=",") for path in sorted(Path(folder).glob("*.csv"))]
    rows = np.concatenate(tables)
    return rows[:, 0].astype(int), rows[:, 1:]


def fit(folder: str, rate: float, epochs: int) -> tuple[np.ndarray, float]:
    """Weights, and how many of the digits they tell."""
    labels, pixels = read(folder)
    weights = np.zeros((pixels.shape[1], 10))
    for _ in range(epochs):
        logits = pixels @ weights
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        weights -= rate * pixels.T @ (chances - np.eye(10)[labels]) / len(labels)
    return weights, float(np.mean((pixels @ weights).argmax(axis=1) == labels))


def network(weights: np.ndarray) -> onnx.ModelProto:
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [None, weights.shape[0]])
    shares = helper.make_tensor_value_info("shares", TensorProto.FLOAT, [None, weights.shape[1]])
    nodes = [
        helper.make_node("MatMul", ["pixels", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["shares"], axis=1),
    ]
    constant = numpy_helper.from_array(weights.astype("float32"), "weights")
    graph = helper.make_graph(nodes, "digits", [pixels], [shares], [constant])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
