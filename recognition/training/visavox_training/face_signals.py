"""Face detector and face mesh: MediaPipe's blazeface and facemesh from `@vladmandic/human`, as ONNX.

What is fed is what that package feeds (`src/face/blazeface.ts`, `facemeshutil.ts`), with the scaling put inside.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from visavox_training.tfjs_graph import GraphBuilder, add_graph, image_input, load_graph

DETECTOR_SIZE = 256
MESH_SIZE = 192


def face_detector(path: Path) -> onnx.ModelProto:
    """Blazeface (back camera), `image` RGB 0..255 [1,256,256,3].

    Outputs:
        boxes: [1,896,16], in pixels of the input and relative to the anchor: centre x, y, width, height, then x, y of
            right eye, left eye, nose, mouth, right ear, left ear. Anchors 0..511 are those of the 16x16 grid (two a
            cell, row by row, centre (column + 0.5) * 16), the next 384 those of the 8x8 grid (six a cell, steps of 32).
        scores: [1,896], probabilities of a face.
    """
    topology, weights = load_graph(path)
    builder = GraphBuilder(weights)
    _scaled_image(builder, scale=1 / 127.5, offset=-1.0)
    add_graph(builder, topology, "scaled")
    builder.add("Concat", ["Identity_2", "Identity_3"], "boxes", image=False, axis=1)
    builder.add("Concat", ["Identity", "Identity_1"], "logits", image=False, axis=1)
    flat = builder.constant("flat", np.array([1, -1], np.int64))
    builder.add("Reshape", ["logits", flat], "flat_logits", image=False)
    builder.add("Sigmoid", ["flat_logits"], "scores", image=False)
    outputs = [
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 896, 16]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 896]),
    ]
    return builder.model([image_input(DETECTOR_SIZE)], outputs, "face-detector")


def face_mesh(path: Path) -> onnx.ModelProto:
    """Facemesh, `image` RGB 0..255 [1,192,192,3] with a face (box of the detector, enlarged).

    Outputs:
        landmarks: [1,468,3], x, y, z in pixels of the input.
        confidence: [1], probability that there is a face in the image.
    """
    topology, weights = load_graph(path)
    # The contours (lips, eyes, brows as 133 points) repeat what the mesh has.
    nodes = [node for node in topology["node"] if node["name"] != "Identity"]
    builder = GraphBuilder(weights)
    _scaled_image(builder, scale=1 / 255, offset=0.0)
    add_graph(builder, {"node": nodes}, "scaled")
    points = builder.constant("points", np.array([1, 468, 3], np.int64))
    builder.add("Reshape", ["Identity_2", points], "landmarks", image=False)
    one = builder.constant("one", np.array([1], np.int64))
    builder.add("Reshape", ["Identity_1", one], "confidence", image=False)
    outputs = [
        helper.make_tensor_value_info("landmarks", TensorProto.FLOAT, [1, 468, 3]),
        helper.make_tensor_value_info("confidence", TensorProto.FLOAT, [1]),
    ]
    return builder.model([image_input(MESH_SIZE)], outputs, "face-mesh")


def _scaled_image(builder: GraphBuilder, *, scale: float, offset: float) -> None:
    builder.add("Transpose", ["image"], "channels_first", image=True, perm=[0, 3, 1, 2])
    factor = builder.constant("scale", np.array(scale, np.float32))
    builder.add("Mul", ["channels_first", factor], "multiplied", image=True)
    shift = builder.constant("offset", np.array(offset, np.float32))
    builder.add("Add", ["multiplied", shift], "scaled", image=True)
