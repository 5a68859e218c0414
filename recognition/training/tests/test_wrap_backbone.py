"""Networks that are plugged in: what goes in and comes out of the wrapped graph."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavox_backbones.wrap import main
from visavox_training.head import read_head

FACE = {
    "modality": "face",
    "input": {
        "size": 4,
        "channels": "bgr",
        "layout": "nchw",
        "mean": [10.0, 20.0, 30.0],
        "scale": [1.0, 0.5, 0.25],
        "mirror": True,
    },
    "dimension": 8,
}


def write_network(path, *, inputs, nodes, outputs, constants=()):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "network",
        [value(name, TensorProto.FLOAT, shape) for name, shape in inputs],
        [value(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def face_network(path):
    """The first row of every channel and the mean of each colour: 3 channels x 2, and twice the first."""
    kernel = np.random.default_rng(1).normal(size=(48, 8)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["data"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "kernel"], ["out"]),
    ]
    write_network(
        path, inputs=[("data", [1, 3, 4, 4])], nodes=nodes, outputs=[("out", [1, 8])], constants=[("kernel", kernel)]
    )
    return kernel


def wrapped(tmp_path, manifest, size=4, more=()):
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    arguments = ["--manifest", "manifest.json", "--network", "network.onnx", "--size", str(size), *more]
    paths = [
        str(tmp_path / word) if word.endswith((".json", ".onnx")) else word
        for word in [*arguments, "--out-backbone", "backbone.onnx", "--out-head", "head.onnx"]
    ]
    return main(paths)


def test_a_face_is_ordered_scaled_and_averaged_with_its_mirror_image_in_the_graph(tmp_path):
    kernel = face_network(tmp_path / "network.onnx")
    assert wrapped(tmp_path, FACE) == 0
    image = np.random.default_rng(2).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    features = session.run(["features"], {"image": image})[0]

    def by_hand(pixels):
        planes = pixels[..., ::-1].transpose(0, 3, 1, 2)
        scaled = (planes - np.reshape([10, 20, 30], (3, 1, 1))) * np.reshape([1, 0.5, 0.25], (3, 1, 1))
        return scaled.reshape(len(pixels), -1) @ kernel

    expected = (by_hand(image) + by_hand(image[:, :, ::-1])) / 2
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-2)


def test_the_head_changes_nothing_and_can_be_trained_from(tmp_path):
    face_network(tmp_path / "network.onnx")
    assert wrapped(tmp_path, FACE, size=6) == 0
    weights = read_head(tmp_path / "head.onnx")
    np.testing.assert_array_equal(weights.kernel, np.eye(8))
    features = np.random.default_rng(3).normal(size=(2, 8)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "head.onnx"))
    np.testing.assert_allclose(session.run(None, {"features": features})[0], weights.apply(features), atol=1e-6)


def test_a_voice_is_scaled_and_given_the_axes_that_the_network_wants(tmp_path):
    nodes = [
        helper.make_node("GlobalMaxPool", ["data"], ["peak"]),
        helper.make_node("Flatten", ["peak"], ["row"], axis=1),
        helper.make_node("Tile", ["row", "times"], ["out"]),
    ]
    write_network(
        tmp_path / "network.onnx",
        inputs=[("data", [1, 1, "t"])],
        nodes=nodes,
        outputs=[("out", [1, 8])],
        constants=[("times", np.array([1, 8], np.int64))],
    )
    manifest = {"modality": "voice", "input": {"layout": "channel-samples", "scale": 32768}, "dimension": 8}
    assert wrapped(tmp_path, manifest) == 0
    session = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    waveform = np.linspace(-1, 0.5, 20_000, dtype=np.float32)[None]
    np.testing.assert_allclose(session.run(None, {"waveform": waveform})[0], np.full((1, 8), 16384.0), rtol=1e-4)


@pytest.mark.parametrize(("size", "left", "top"), [(4, 0, 0), (8, 2, 2), (8, 1, 4)])
def test_an_ensemble_has_the_cosines_of_both_networks_in_the_shares_asked_for(tmp_path, size, left, top):
    """Also where the network that joins sees more around the face than the recogniser's own."""
    face_network(tmp_path / "network.onnx")
    assert wrapped(tmp_path, FACE, size=size) == 0
    plugged = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    own_kernel = np.random.default_rng(4).normal(size=(48, 5)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "kernel"], ["features"]),
    ]
    write_network(
        tmp_path / "own.onnx",
        inputs=[("image", ["n", 4, 4, 3])],
        nodes=nodes,
        outputs=[("features", ["n", 5])],
        constants=[("kernel", own_kernel)],
    )
    more = ["--own", "own.onnx", "--own-seen", f"{left},{top},4"]
    assert wrapped(tmp_path, {**FACE, "ensemble": {"share": 0.25}}, size=size, more=more) == 0
    both = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    images = np.random.default_rng(5).uniform(0, 255, (2, size, size, 3)).astype(np.float32)
    square = images[:, top : top + 4, left : left + 4]

    def cosine(features):
        first, second = features / np.linalg.norm(features, axis=1, keepdims=True)
        return first @ second

    features = both.run(["features"], {"image": images})[0]
    assert features.shape == (2, 13)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)
    expected = 0.75 * cosine(square.reshape(2, -1) @ own_kernel) + 0.25 * cosine(
        plugged.run(["features"], {"image": images})[0]
    )
    assert cosine(features) == pytest.approx(expected, abs=1e-4)
    assert read_head(tmp_path / "head.onnx").dimension == 13


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dimension": 16}, "Expected 16, the dimension"),
        ({"output": "other"}, "has no output 'other'"),
        ({"input": {**FACE["input"], "size": 5}}, "could not be run"),
    ],
)
def test_a_network_that_is_not_what_its_manifest_says_is_refused(tmp_path, capsys, change, said):
    face_network(tmp_path / "network.onnx")
    assert wrapped(tmp_path, {**FACE, **change}) == 2
    assert said in capsys.readouterr().err


def test_garbage_is_no_network(tmp_path, capsys):
    (tmp_path / "network.onnx").write_bytes(b"%PDF-1.7")
    assert wrapped(tmp_path, FACE) == 2
    assert "not an ONNX network" in capsys.readouterr().err


@pytest.mark.parametrize(("size", "left", "top"), [(8, 2, 2), (6, 0, 1)])
def test_a_network_may_see_a_part_of_what_is_given(tmp_path, size, left, top):
    face_network(tmp_path / "network.onnx")
    assert wrapped(tmp_path, FACE, more=()) == 0
    image = np.random.default_rng(4).uniform(0, 255, (2, size, size, 3)).astype(np.float32)
    alone = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    part = image[:, top : top + 4, left : left + 4]
    expected = alone.run(["features"], {"image": np.ascontiguousarray(part)})[0]

    assert wrapped(tmp_path, FACE, size=size, more=("--seen", f"{left},{top},4")) == 0
    whole = onnxruntime.InferenceSession(str(tmp_path / "backbone.onnx"))
    np.testing.assert_allclose(whole.run(["features"], {"image": image})[0], expected, rtol=1e-5)
