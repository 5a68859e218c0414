"""Makes a plug-in of `faceres`, a face network in the npm package `@vladmandic/human`: an ONNX file and its manifest.

python -m visavox_backbones.faceres --packages node_modules --out folder [--share 0.1] [--view 1.4]

Its licence is unclear, so it is never the default: whoever adds it has to find out first.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from visavox_training.files import write_bytes, write_json
from visavox_training.tfjs_graph import _CONVERTERS, GraphBuilder, Node, _padding, _spatial, load_graph

SIZE = 224
FEATURES = "global_pooling/Mean"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_backbones.faceres", description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="the node_modules folder")
    parser.add_argument("--out", type=Path, required=True, help="where faceres.onnx and faceres.json are written")
    parser.add_argument("--share", type=float, help="for an ensemble with the recogniser's own network: of the cosine")
    parser.add_argument("--view", type=float, default=1, help="side of what it sees, of what the recogniser's sees")
    options = parser.parse_args(arguments)
    network = convert(options.packages / "@vladmandic" / "human" / "models" / "faceres.json").SerializeToString(
        deterministic=True
    )
    options.out.mkdir(parents=True, exist_ok=True)
    write_bytes(options.out / "faceres.onnx", network)
    write_json(options.out / "faceres.json", manifest(network, options.share, options.view))
    return 0


def manifest(network: bytes, share: float | None = None, view: float = 1) -> dict:
    return {
        "format": 1,
        "name": "faceres",
        "modality": "face",
        "network": {"file": "faceres.onnx", "sha256": hashlib.sha256(network).hexdigest(), "bytes": len(network)},
        "input": {
            "size": SIZE,
            "channels": "bgr",
            "layout": "nchw",
            "mean": [103.939, 116.779, 123.68],
            "scale": [1, 1, 1],
            "mirror": True,
            "view": view,
        },
        "dimension": 1024,
        **({} if share is None else {"ensemble": {"share": share}}),
        "licence": "unclear: the package is MIT, where its weights come from is not said",
        "source": "@vladmandic/human 3.3.6, models/faceres",
    }


def convert(path: Path) -> onnx.ModelProto:
    """`image` [n, 3, 224, 224], BGR minus the mean, to `features` [n, 1024]."""
    topology, weights = load_graph(path)
    builder = GraphBuilder(weights)
    builder.add("Identity", ["image"], "input_1", image=True)
    for node in topology["node"]:
        _OPERATIONS[node["op"]](builder, node)
        if node["name"] == FEATURES:
            break
    shape: list[int | str] = ["n", 3, SIZE, SIZE]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    return builder.model([image], [helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["n", 1024])], "faceres")


def _operand(builder: GraphBuilder, name: str) -> str:
    """A weight as [channels, 1, 1] or as a number; another value as it is."""
    if name not in builder.weights:
        return name
    value = builder.weights[name].astype(np.float32)
    return builder.constant(f"{name}/operand", value if value.size == 1 else value.reshape(-1, 1, 1))


def _elementwise(operation: str):
    def convert_node(builder: GraphBuilder, node: Node) -> None:
        operands = [_operand(builder, name) for name in node["input"]]
        builder.add(operation, operands, node["name"], image=True)

    return convert_node


def _convolution(builder: GraphBuilder, node: Node) -> None:
    source, kernel = node["input"]
    name = node["name"]
    values = builder.constant(f"{name}/kernel", builder.weights[kernel].transpose(3, 2, 0, 1))
    builder.add(
        "Conv",
        [source, values],
        name,
        image=True,
        strides=_spatial(node, "strides"),
        dilations=_spatial(node, "dilations"),
        auto_pad=_padding(node),
    )


def _mean(builder: GraphBuilder, node: Node) -> None:
    builder.add("ReduceMean", [node["input"][0]], node["name"], image=False, axes=[2, 3], keepdims=0)


def _nothing(_builder: GraphBuilder, _node: Node) -> None:
    """Constants are taken from the weights where they are used; the input is there already."""


_OPERATIONS = {
    "Const": _nothing,
    "Placeholder": _nothing,
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _CONVERTERS["DepthwiseConv2dNative"],
    "Relu": _CONVERTERS["Relu"],
    "Add": _elementwise("Add"),
    "Mul": _elementwise("Mul"),
    "Minimum": _elementwise("Min"),
    "Maximum": _elementwise("Max"),
    "Mean": _mean,
}


if __name__ == "__main__":
    sys.exit(main())
