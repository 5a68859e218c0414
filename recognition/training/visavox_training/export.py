"""Keras models to ONNX, and sessions to run them."""

import io
import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import onnx
import torch

from visavox_training.tfjs_graph import OPSET


def to_onnx(
    model: keras.Model,
    example: np.ndarray,
    *,
    input_name: str,
    output_name: str | list[str],
    dynamic: Mapping[str, Mapping[int, str]],
) -> bytes:
    """Exports a Keras model of one input.

    Args:
        model: the Keras model, on the PyTorch backend.
        example: an input to trace the model with.
        input_name: name of the graph's input.
        output_name: name of the graph's output, or names of its outputs in order.
        dynamic: names of the axes that vary, by input or output name.
    """
    example_tensor = torch.from_numpy(example)
    model(example_tensor)  # A reloaded model builds some of its layers on the first call.
    buffer = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        # About shapes that might be fixed by tracing; that none is, the comparison on other shapes shows.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example_tensor,),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=[input_name],
            output_names=[output_name] if isinstance(output_name, str) else output_name,
            dynamic_axes={name: dict(axes) for name, axes in dynamic.items()},
        )
    return _cleaned(buffer.getvalue())


def _cleaned(data: bytes) -> bytes:
    """Without names of source files, checked."""
    exported = onnx.load_from_string(data)
    for node in exported.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(exported, full_check=True)
    return exported.SerializeToString(deterministic=True)


def onnx_session(data: bytes) -> Any:
    """An onnxruntime session on one thread of the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
