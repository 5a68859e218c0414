"""Two networks of one modality as one: both answer, and a cosine is the weighted mean of both networks' cosines."""

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

Square = tuple[int, int, int]
"""Left, top and side, in pixels of a picture."""


def together(
    own: onnx.ModelProto, plugged: onnx.ModelProto, share: float, *, own_seen: Square | None = None
) -> onnx.ModelProto:
    """One network of the input that `plugged` takes: `features` [n, d1 + d2], of unit length.

    Args:
        own: the recogniser's network; one input, one output `features` [n, d1].
        plugged: the network that joins it; an input of that name, `features` [n, d2].
        share: what `plugged` has in the cosine, 0 to 1.
        own_seen: of an image, what `own` takes; all of it if left out.
    """
    source = own.graph.input[0].name
    halves = [compose.add_prefix(own, "own/"), compose.add_prefix(plugged, "plugged/")]
    nodes, constants = [], []
    seen = {"own": source, "plugged": source}
    if own_seen:
        left, top, side = own_seen
        ends = {"own/from": [top, left], "own/to": [top + side, left + side], "own/axes": [1, 2]}
        constants.extend(numpy_helper.from_array(np.array(values, np.int64), name) for name, values in ends.items())
        nodes.append(helper.make_node("Slice", [source, *ends], ["own/square"]))
        seen["own"] = "own/square"
    for half, name, weight in zip(halves, ("own", "plugged"), (1 - share, share), strict=True):
        for node in half.graph.node:
            node.input[:] = [seen[name] if one == f"{name}/{source}" else one for one in node.input]
        nodes.extend(half.graph.node)
        constants.extend(half.graph.initializer)
        # Square roots, since a cosine is of products.
        constants.append(numpy_helper.from_array(np.array(np.sqrt(weight), np.float32), f"{name}/weight"))
        nodes.append(helper.make_node("LpNormalization", [f"{name}/features"], [f"{name}/unit"], axis=1, p=2))
        nodes.append(helper.make_node("Mul", [f"{name}/unit", f"{name}/weight"], [f"{name}/weighted"]))
    nodes.append(helper.make_node("Concat", ["own/weighted", "plugged/weighted"], ["features"], axis=1))
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "ensemble", [plugged.graph.input[0]], [features], constants)
    return helper.make_model(
        graph,
        opset_imports=own.opset_import,
        ir_version=own.ir_version,
        producer_name="visavox",
    )
