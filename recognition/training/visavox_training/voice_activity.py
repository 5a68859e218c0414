"""Silero's voice activity detector, version 5, over all frames of a recording in one run.

The published file answers one frame a run and hands its state back, for streams. A recording is there as a whole: here
the frames go through the convolutions as one batch and through the LSTM as one sequence.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from visavox_training.tfjs_graph import OPSET

SAMPLE_RATE = 16_000
FRAME = 512
CONTEXT = 64
WINDOW = CONTEXT + FRAME
UNITS = 128

_TRANSFORM = "stft.forward_basis_buffer"
_STRIDES = (1, 2, 2, 1)


def voice_activity(path: Path) -> onnx.ModelProto:
    """Rebuilds the network from its published weights.

    Input `frames`: [frames, 576], 16 kHz, -1 to 1: the last 64 samples of the frame before, then the frame's own 512.
    Output `probabilities`: [frames], of speech.
    """
    weights = published_weights(path)
    nodes: list[onnx.NodeProto] = []
    constants: dict[str, np.ndarray] = {}

    def constant(name: str, value: np.ndarray) -> str:
        constants[name] = np.ascontiguousarray(value)
        return name

    def add(operation: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(operation, inputs, [output], name=output, **attributes))
        return output

    def axes(*values: int) -> str:
        return constant("axes_" + "_".join(map(str, values)).replace("-", "m"), np.array(values, np.int64))

    add("Pad", ["frames", constant("margin", np.array([0, 0, 0, CONTEXT], np.int64))], "padded", mode="reflect")
    add("Unsqueeze", ["padded", axes(1)], "channel")
    add("Conv", ["channel", constant(_TRANSFORM, weights[_TRANSFORM])], "spectrum", strides=[128])
    bins = weights[_TRANSFORM].shape[0] // 2
    nodes.append(helper.make_node("Split", ["spectrum", axes(bins, bins)], ["real", "imaginary"], name="parts", axis=1))
    add("Mul", ["real", "real"], "real_squared")
    add("Mul", ["imaginary", "imaginary"], "imaginary_squared")
    add("Add", ["real_squared", "imaginary_squared"], "power")
    x = add("Sqrt", ["power"], "magnitude")
    for index, stride in enumerate(_STRIDES):
        names = [f"encoder.{index}.reparam_conv.{part}" for part in ("weight", "bias")]
        values = [constant(name, weights[name]) for name in names]
        convolved = add("Conv", [x, *values], f"convolved_{index}", strides=[stride], pads=[1, 1])
        x = add("Relu", [convolved], f"encoded_{index}")
    # [frames, 128, 1] to one sequence, [frames, 1, 128].
    add("Transpose", [x], "sequence", perm=[0, 2, 1])
    rows = [
        constant(f"lstm_{part}", _onnx_gates(weights[f"decoder.rnn.{part}"])[None])
        for part in ("weight_ih", "weight_hh")
    ]
    biases = [_onnx_gates(weights[f"decoder.rnn.{part}"]) for part in ("bias_ih", "bias_hh")]
    add("LSTM", ["sequence", *rows, constant("lstm_bias", np.concatenate(biases)[None])], "states", hidden_size=UNITS)
    add("Relu", ["states"], "active")
    add("MatMul", ["active", constant("weight", weights["decoder.decoder.2.weight"].reshape(UNITS, 1))], "weighted")
    add("Add", ["weighted", constant("bias", weights["decoder.decoder.2.bias"])], "logits")
    add("Sigmoid", ["logits"], "columns")
    add("Reshape", ["columns", axes(-1)], "probabilities")

    graph = helper.make_graph(
        nodes,
        "voice-activity",
        [helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["frames", WINDOW])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["frames"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="visavox"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def frames_of(waveform: np.ndarray) -> np.ndarray:
    """[samples] to [frames, 576]; the last frame is filled up with silence."""
    count = -(-len(waveform) // FRAME)
    padded = np.pad(waveform, (CONTEXT, count * FRAME - len(waveform)))
    return np.stack([padded[start : start + WINDOW] for start in range(0, count * FRAME, FRAME)])


def published_weights(path: Path) -> dict[str, np.ndarray]:
    """Weights of the branch for 16 kHz, by their names in PyTorch."""
    found: dict[str, np.ndarray] = {}
    for node in _branch_for_16_khz(onnx.load(path).graph).node:
        if node.op_type == "Constant" and "__Inline_0__" in node.output[0]:
            name = node.output[0].split("__Inline_0__")[1]
            if not name.startswith(("/", "self.")):
                found[name] = numpy_helper.to_array(node.attribute[0].t)
    return found


def _branch_for_16_khz(graph: onnx.GraphProto) -> onnx.GraphProto:
    def branches() -> Iterator[onnx.GraphProto]:
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.name == "then_branch":
                    yield attribute.g

    return next(branches())


def _onnx_gates(torch_rows: np.ndarray) -> np.ndarray:
    """PyTorch stacks the gates input, forget, cell, output; ONNX input, output, forget, cell."""
    input_gate, forget, cell, output = np.split(torch_rows, 4)
    return np.concatenate([input_gate, output, forget, cell])
