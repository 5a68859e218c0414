"""Converts TensorFlow.js graph models (convolutional, inference only) to ONNX.

Covers the operations that MediaPipe's blazeface and facemesh are made of; any other is an error that names it.
Inside, images are [n, channels, height, width]; TensorFlow's are [n, height, width, channels].
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from visavox_training.tfjs_weights import read_weights

OPSET = 17

Node = Mapping[str, Any]


@dataclass
class GraphBuilder:
    """Collects ONNX nodes and initialisers.

    Attributes:
        weights: TensorFlow.js weights by name.
        images: names of values that are images, hence channels first here and last in TensorFlow.
    """

    weights: Mapping[str, np.ndarray]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: dict[str, np.ndarray] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers[name] = np.ascontiguousarray(value)
        return name

    def add(self, operation: str, inputs: Sequence[str], output: str, *, image: bool, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, list(inputs), [output], name=output, **attributes))
        if image:
            self.images.add(output)
        return output

    def channels_last(self, name: str) -> str:
        """Answers the value as TensorFlow lays it out."""
        if name not in self.images:
            return name
        return self.add("Transpose", [name], f"{name}/nhwc", image=False, perm=[0, 2, 3, 1])

    def model(
        self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto], name: str
    ) -> onnx.ModelProto:
        used = {name for node in self.nodes for name in node.input}
        initializers = [numpy_helper.from_array(value, key) for key, value in self.initializers.items() if key in used]
        graph = helper.make_graph(self.nodes, name, list(inputs), list(outputs), initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="visavox"
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def add_graph(builder: GraphBuilder, topology: Mapping[str, Any], image: str) -> None:
    """Adds the nodes of a TensorFlow.js graph, fed by the (channels first) value `image`."""
    for node in topology["node"]:
        convert = _CONVERTERS.get(node["op"])
        if convert is None:
            raise ValueError(
                f"The operation of node {node['name']!r} has no conversion. "
                f"Expected one of {sorted(_CONVERTERS)}. Received: {node['op']!r}"
            )
        if node["op"] == "Placeholder":
            builder.add("Identity", [image], node["name"], image=True)
        else:
            convert(builder, node)


def load_graph(path: Path) -> tuple[Mapping[str, Any], dict[str, np.ndarray]]:
    """Answers the topology and the weights of a TensorFlow.js graph model."""
    model = json.loads(path.read_text())
    return model["modelTopology"], read_weights(model["weightsManifest"], path.parent)


def _padding(node: Node) -> str:
    padding = base64.b64decode(node["attr"]["padding"]["s"]).decode()
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[padding]


def _spatial(node: Node, attribute: str) -> list[int]:
    return [int(size) for size in node["attr"][attribute]["list"]["i"][1:3]]


def _add_prelu(builder: GraphBuilder, source: str, slope: str, output: str) -> None:
    """x where x is positive, `slope` x where not, a slope for each channel: [1, 1, channels] or [channels].

    As slope x + (1 - slope) relu(x), which onnxruntime computes in a third of the time that it takes for its own PRelu.
    """
    slopes = builder.weights[slope].reshape(-1, 1, 1)
    rest = builder.constant(f"{output}/rest", (1 - slopes).astype(np.float32))
    positive = builder.add("Relu", [source], f"{output}/positive", image=True)
    bent = builder.add("Mul", [positive, rest], f"{output}/bent", image=True)
    straight = builder.add(
        "Mul", [source, builder.constant(f"{output}/slope", slopes)], f"{output}/straight", image=True
    )
    builder.add("Add", [straight, bent], output, image=True)


def _fused_convolution(builder: GraphBuilder, node: Node) -> None:
    source, kernel, bias, *more = node["input"]
    fused = [base64.b64decode(name).decode() for name in node["attr"]["fused_ops"]["list"].get("s", [])]
    activation = fused[1] if len(fused) > 1 else None
    if fused[:1] != ["BiasAdd"] or activation not in (None, "Relu", "Prelu"):
        raise ValueError(f"The fused operations of {node['name']!r} have no conversion. Received: {fused}")
    name = node["name"]
    output = name if activation is None else f"{name}/convolution"
    inputs = [
        source,
        builder.constant(f"{name}/kernel", builder.weights[kernel].transpose(3, 2, 0, 1)),
        builder.constant(f"{name}/bias", builder.weights[bias]),
    ]
    builder.add(
        "Conv",
        inputs,
        output,
        image=True,
        strides=_spatial(node, "strides"),
        dilations=_spatial(node, "dilations"),
        auto_pad=_padding(node),
    )
    if activation == "Relu":
        builder.add("Relu", [output], name, image=True)
    elif activation == "Prelu":
        _add_prelu(builder, output, more[0], name)


def _depthwise_convolution(builder: GraphBuilder, node: Node) -> None:
    source, kernel = node["input"]
    values = builder.weights[kernel]  # [height, width, channels, multiplier]
    height, width, channels, multiplier = values.shape
    builder.add(
        "Conv",
        [
            source,
            builder.constant(
                f"{node['name']}/kernel",
                values.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width),
            ),
        ],
        node["name"],
        image=True,
        strides=_spatial(node, "strides"),
        dilations=_spatial(node, "dilations"),
        group=channels,
        auto_pad=_padding(node),
    )


def _max_pool(builder: GraphBuilder, node: Node) -> None:
    builder.add(
        "MaxPool",
        node["input"],
        node["name"],
        image=True,
        kernel_shape=_spatial(node, "ksize"),
        strides=_spatial(node, "strides"),
        auto_pad=_padding(node),
    )


def _pad(builder: GraphBuilder, node: Node) -> None:
    source, paddings = node["input"]
    before_after = builder.weights[paddings][[0, 3, 1, 2]]  # [4, 2], channels first
    pads = builder.constant(f"{node['name']}/pads", before_after.T.reshape(-1).astype(np.int64))
    builder.add("Pad", [source, pads], node["name"], image=True)


def _add(builder: GraphBuilder, node: Node) -> None:
    builder.add("Add", node["input"], node["name"], image=True)


def _prelu(builder: GraphBuilder, node: Node) -> None:
    source, slope = node["input"]
    _add_prelu(builder, source, slope, node["name"])


def _reshape(builder: GraphBuilder, node: Node) -> None:
    source, shape = node["input"]
    target = builder.constant(f"{node['name']}/shape", builder.weights[shape].astype(np.int64))
    builder.add("Reshape", [builder.channels_last(source), target], node["name"], image=False)


def _same(operation: str) -> Callable[[GraphBuilder, Node], None]:
    def convert(builder: GraphBuilder, node: Node) -> None:
        source = node["input"][0]
        builder.add(operation, [source], node["name"], image=source in builder.images)

    return convert


def _nothing(_builder: GraphBuilder, _node: Node) -> None:
    """Constants are taken from the weights where they are used."""


_CONVERTERS: dict[str, Callable[[GraphBuilder, Node], None]] = {
    "Const": _nothing,
    "Placeholder": _nothing,
    "_FusedConv2D": _fused_convolution,
    "DepthwiseConv2dNative": _depthwise_convolution,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "AddV2": _add,
    "Prelu": _prelu,
    "Reshape": _reshape,
    "Relu": _same("Relu"),
    "Sigmoid": _same("Sigmoid"),
    "Identity": _same("Identity"),
}


def image_input(size: int) -> onnx.ValueInfoProto:
    """RGB of 0 to 255, [1, size, size, 3]."""
    return helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, size, size, 3])
