"""Wraps a network's preprocessing into its graph, so that it takes what the recogniser gives and answers features.

python -m visavox_backbones.wrap --manifest manifest.json --network network.onnx --out-backbone … --out-head …
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper, version_converter

from visavox_backbones.ensemble import Square, together

OPSET = 17
TOLERANCE = 1e-3


class PlugInError(Exception):
    """The network is not what its manifest says; the message says what was expected and what was received."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_backbones.wrap", description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path, required=True, help="what the network is, as JSON")
    parser.add_argument("--network", type=Path, required=True, help="the ONNX file")
    parser.add_argument("--own", type=Path, help="the recogniser's network, which an ensemble is made with")
    parser.add_argument("--size", type=int, default=150, help="width and height of the face that the result takes")
    parser.add_argument("--seen", type=square, help="LEFT,TOP,SIDE of what the network sees of it; default all")
    parser.add_argument("--own-seen", type=square, help="the same of what --own takes; default all")
    parser.add_argument("--out-backbone", type=Path, required=True)
    parser.add_argument("--out-head", type=Path, required=True)
    options = parser.parse_args(arguments)
    manifest = json.loads(options.manifest.read_text())
    try:
        network = read_network(options.network)
        if manifest["modality"] == "face":
            backbone = wrap_face(network, manifest, options.size, options.seen or (0, 0, options.size))
        else:
            backbone = wrap_voice(network, manifest)
        dimension = try_out(backbone, manifest, options.size)
        if manifest.get("ensemble"):
            if options.own is None:
                parser.error("an ensemble needs --own")
            own = onnx.load(str(options.own))
            backbone = together(own, backbone, manifest["ensemble"]["share"], own_seen=options.own_seen)
            dimension = try_out(backbone, manifest, options.size, ensemble=True)
    except PlugInError as error:
        print(f"backbone_rejected: {error}", file=sys.stderr)
        return 2
    options.out_backbone.write_bytes(backbone.SerializeToString(deterministic=True))
    options.out_head.write_bytes(identity_head(dimension).SerializeToString(deterministic=True))
    return 0


def square(text: str) -> Square:
    left, top, side = map(int, text.split(","))
    return left, top, side


def read_network(path: Path) -> onnx.ModelProto:
    """Reads an ONNX file and brings it to the opset and IR version that the wrapping is written in."""
    try:
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
        version = next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), 0)
        if version < OPSET:
            model = version_converter.convert_version(model, OPSET)
    except Exception as error:  # onnx reports damage by whatever protobuf, its checker or its converter throw
        raise PlugInError(f"the file is not an ONNX network that can be read: {str(error)[:300]}") from error
    if any(
        one.HasField("data_location") and one.data_location == TensorProto.EXTERNAL for one in model.graph.initializer
    ):
        raise PlugInError("the network keeps its weights in other files. Expected one file with everything in it")
    weights = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    if len(inputs) != 1 or inputs[0].type.tensor_type.elem_type != TensorProto.FLOAT:
        names = [one.name for one in inputs]
        raise PlugInError(f"the network takes the inputs {names}. Expected one input of float32")
    return model


def wrap_face(network: onnx.ModelProto, manifest: dict[str, Any], size: int, seen: Square) -> onnx.ModelProto:
    """`image` [n, size, size, 3], RGB of 0 to 255, to `features` [n, dimension].

    Args:
        network: what is wrapped.
        manifest: what it takes and answers.
        size: pixels of a side.
        seen: those of them that the network sees.
    """
    face = manifest["input"]
    wanted, first = face["size"], face["layout"] == "nchw"
    graph = Wrapping()
    last = graph.add("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    left, top, side = seen
    if side < size:
        last = graph.part(last, (top, left), side, axes=(2, 3))
    if wanted != side:
        sizes = graph.constant("scales", np.array([1, 1, wanted / side, wanted / side], np.float32))
        last = graph.add(
            "Resize", [last, "", sizes], "resized", mode="linear", coordinate_transformation_mode="half_pixel"
        )
    if face["channels"] == "bgr":
        last = graph.add("Gather", [last, graph.constant("bgr", np.array([2, 1, 0], np.int64))], "ordered", axis=1)
    mean = np.array(face["mean"], np.float32).reshape(1, 3, 1, 1)
    scale = np.array(face["scale"], np.float32).reshape(1, 3, 1, 1)
    last = graph.add(
        "Mul",
        [graph.add("Sub", [last, graph.constant("mean", mean)], "centred"), graph.constant("scale", scale)],
        "scaled",
    )
    if face["mirror"]:
        ends = [graph.constant(name, np.array([value], np.int64)) for name, value in _BACKWARDS]
        last = graph.add("Concat", [last, graph.add("Slice", [last, *ends], "mirrored")], "both", axis=0)
    last = last if first else graph.add("Transpose", [last], "laid_out", perm=[0, 2, 3, 1])
    dimensions = ["n", 3, wanted, wanted] if first else ["n", wanted, wanted, 3]
    before = graph.model("image", ["n", size, size, 3], last, dimensions)
    after = Wrapping()
    views = 2 if face["mirror"] else 1
    shape = after.constant("views", np.array([views, -1, manifest["dimension"]], np.int64))
    after.add("ReduceMean", [after.add("Reshape", ["descriptor", shape], "by_view")], "features", axes=[0], keepdims=0)
    return _joined(
        network,
        manifest,
        before,
        after.model("descriptor", ["m", manifest["dimension"]], "features", ["n", manifest["dimension"]]),
    )


_BACKWARDS = (("from_end", -1), ("to_start", -(2**31)), ("width_axis", 3), ("one_back", -1))


def wrap_voice(network: onnx.ModelProto, manifest: dict[str, Any]) -> onnx.ModelProto:
    """`waveform` [1, samples], 16 kHz, -1 to 1, to `features` [1, dimension]."""
    graph = Wrapping()
    gain = graph.constant("gain", np.array(manifest["input"]["scale"], np.float32))
    last = graph.add("Mul", ["waveform", gain], "scaled")
    dimensions: list[int | str] = [1, "samples"]
    if manifest["input"]["layout"] == "channel-samples":
        last = graph.add("Unsqueeze", [last, graph.constant("axis", np.array([1], np.int64))], "with_channel")
        dimensions = [1, 1, "samples"]
    before = graph.model("waveform", [1, "samples"], last, dimensions)
    after = Wrapping()
    shape = after.constant("row", np.array([1, manifest["dimension"]], np.int64))
    after.add("Reshape", ["descriptor", shape], "features")
    return _joined(
        network,
        manifest,
        before,
        after.model("descriptor", [1, manifest["dimension"]], "features", [1, manifest["dimension"]]),
    )


class Wrapping:
    """A small graph that is put before or after a network."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, operation: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [output], **attributes))
        return output

    def part(self, source: str, corner: tuple[int, int], side: int, *, axes: tuple[int, int]) -> str:
        """The square that begins at the corner, in the order of the axes."""
        ends = {"part_from": corner, "part_to": [at + side for at in corner], "part_axes": axes}
        names = [self.constant(name, np.array(values, np.int64)) for name, values in ends.items()]
        return self.add("Slice", [source, *names], "part")

    def model(self, source: str, source_shape: list, output: str, output_shape: list) -> onnx.ModelProto:
        float32 = TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "wrapping",
            [helper.make_tensor_value_info(source, float32, source_shape)],
            [helper.make_tensor_value_info(output, float32, output_shape)],
            self.constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _joined(
    network: onnx.ModelProto, manifest: dict[str, Any], before: onnx.ModelProto, after: onnx.ModelProto
) -> onnx.ModelProto:
    outputs = [one.name for one in network.graph.output]
    output = manifest.get("output") or outputs[0]
    if output not in outputs:
        raise PlugInError(f"the network has no output {output!r}. Received: {outputs}")
    described = next(one for one in network.graph.output if one.name == output).type.tensor_type.shape.dim
    numbers = int(np.prod([one.dim_value for one in described[1:]])) if described else 0
    if numbers not in (0, manifest["dimension"]):
        raise PlugInError(
            f"the network answers {numbers} numbers. Expected {manifest['dimension']}, the dimension of the manifest"
        )
    weights = {one.name for one in network.graph.initializer}
    source = next(one for one in network.graph.input if one.name not in weights)
    if manifest["modality"] == "face":
        _free_batch(network, source)
    network.ir_version = before.ir_version = after.ir_version = 8
    for opset in network.opset_import:
        if opset.domain in ("", "ai.onnx"):
            opset.version = OPSET
    before, after = compose.add_prefix(before, "before/"), compose.add_prefix(after, "after/")
    network = compose.add_prefix(network, "network/")
    del network.graph.value_info[:]
    first = compose.merge_models(before, network, [(before.graph.output[0].name, f"network/{source.name}")])
    whole = compose.merge_models(first, after, [(f"network/{output}", "after/descriptor")], outputs=["after/features"])
    _rename(
        whole,
        {
            whole.graph.input[0].name: "image" if manifest["modality"] == "face" else "waveform",
            "after/features": "features",
        },
    )
    whole.producer_name = "visavox"
    del whole.metadata_props[:]
    return whole


def _free_batch(network: onnx.ModelProto, source: onnx.ValueInfoProto) -> None:
    for value in (source, *network.graph.output):
        dimensions = value.type.tensor_type.shape.dim
        if dimensions:
            dimensions[0].dim_param = "m"


def _rename(model: onnx.ModelProto, names: dict[str, str]) -> None:
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = names.get(value.name, value.name)


def try_out(model: onnx.ModelProto, manifest: dict[str, Any], size: int, *, ensemble: bool = False) -> int:
    """Runs examples through the wrapped network: shapes, finite numbers, and the same answer alone as among others.

    Returns:
        How many numbers it answers: the manifest's dimension, and more of an ensemble.
    """
    import onnxruntime

    generator = np.random.default_rng(0)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        if manifest["modality"] == "voice":
            lengths = (24_000, 48_000)
            waveforms = [generator.normal(0, 0.1, (1, length)).astype(np.float32) for length in lengths]
            answers = [session.run(None, {"waveform": waveform})[0] for waveform in waveforms]
        else:
            images = generator.uniform(0, 255, (3, size, size, 3)).astype(np.float32)
            several = session.run(None, {"image": images})[0]
            answers = [session.run(None, {"image": images[:1]})[0]]
            same_shape = several.shape[1:] == answers[0].shape[1:] and len(several) == 3
            if not same_shape or np.abs(several[:1] - answers[0]).max() > TOLERANCE * np.abs(several).max():
                raise PlugInError(
                    "the network answers otherwise for several images than for one. "
                    "Expected rows that know nothing of each other"
                )
    except PlugInError:
        raise
    except Exception as error:  # onnxruntime throws its own kinds
        raise PlugInError(f"the network could not be run on an example: {str(error)[:300]}") from error
    dimension = answers[0].shape[-1] if ensemble else manifest["dimension"]
    for answer in answers:
        if answer.shape != (1, dimension):
            raise PlugInError(
                f"the network answers {list(answer.shape)}. Expected [1, {dimension}], the dimension of the manifest"
            )
        if not np.isfinite(answer).all() or np.abs(answer).max() == 0:
            raise PlugInError("the network answers what is not finite, or nothing but zeros")
    return dimension


def identity_head(dimension: int) -> onnx.ModelProto:
    """`features` [n, d] to `embedding` [n, d] of unit length, through a projection that changes nothing yet."""
    nodes = [
        helper.make_node("MatMul", ["features", "kernel"], ["projected"]),
        helper.make_node("Add", ["projected", "bias"], ["moved"]),
        helper.make_node("LpNormalization", ["moved"], ["embedding"], axis=1, p=2),
    ]
    constants = {"kernel": np.eye(dimension, dtype=np.float32), "bias": np.zeros(dimension, np.float32)}
    shape = ["n", dimension]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="visavox"
    )


if __name__ == "__main__":
    sys.exit(main())
