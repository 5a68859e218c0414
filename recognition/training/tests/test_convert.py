"""The folder of converted networks."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from visavox_training.convert import convert_all, main

NAMES = [
    "face-detector",
    "face-mesh",
    "voice-activity",
    "face-backbone",
    "voice-backbone",
    "face-head",
    "voice-head",
    "speech-spectrum",
]


def test_describes_every_network_by_the_digest_of_its_file(networks: Path, described: dict[str, dict]) -> None:
    assert list(described) == NAMES
    for network in described.values():
        data = (networks / network["file"]).read_bytes()
        assert network["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert network["bytes"] == len(data)
        assert network["licence"] and network["source"]["version"]


def test_describes_inputs_and_outputs_as_onnxruntime_sees_them(networks: Path, described: dict[str, dict]) -> None:
    for network in described.values():
        session = onnxruntime.InferenceSession(networks / network["file"])
        assert [value.name for value in session.get_inputs()] == list(network["inputs"])
        assert [value.name for value in session.get_outputs()] == list(network["outputs"])
        assert [value.shape for value in session.get_inputs()] == list(network["inputs"].values())
        assert [value.shape for value in session.get_outputs()] == list(network["outputs"].values())


def test_says_where_the_points_of_a_face_are_to_lie(described: dict[str, dict]) -> None:
    side = described["face-backbone"]["inputs"]["image"][1]
    points = np.array(described["face-backbone"]["points"])
    assert points.shape == (5, 2)
    assert (points > 0).all() and (points < side).all()
    left_eye, right_eye, nose, left_of_mouth, right_of_mouth = points
    assert left_eye[0] < nose[0] < right_eye[0] and left_of_mouth[0] < right_of_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_of_mouth[1], right_of_mouth[1])


@pytest.mark.parametrize(
    ("name", "against", "tolerance"),
    [
        ("face-detector", "TensorFlow.js", 1e-3),  # boxes, in pixels
        ("face-mesh", "TensorFlow.js", 1e-3),  # landmarks, in pixels
        ("voice-activity", "the published network, frame by frame", 1e-5),
        ("face-backbone", "OpenCV's file, TensorFlow.js", 1e-5),
        ("voice-backbone", "its Keras model", 2e-5),
        ("face-head", "its Keras model", 1e-6),
        ("voice-head", "its Keras model", 1e-6),
        ("speech-spectrum", "its Keras model", 1e-3),
    ],
)
def test_answers_what_the_published_network_answers(
    described: dict[str, dict], name: str, against: str, tolerance: float
) -> None:
    parity = described[name]["parity"]
    assert parity["against"] == against
    assert parity["maxError"] < tolerance


def test_does_nothing_the_second_time(networks: Path, packages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in networks.iterdir()}
    convert_all(packages, networks)
    assert "up to date" in capsys.readouterr().err
    assert {file.name: file.stat().st_mtime_ns for file in networks.iterdir()} == before


def test_repairs_a_damaged_file_with_the_same_bytes(networks: Path, packages: Path, described: dict[str, dict]) -> None:
    (networks / "voice-head.onnx").write_bytes(b"damaged")
    (networks / ".converting-interrupted").mkdir()
    convert_all(packages, networks)
    again = {network["name"]: network for network in json.loads((networks / "networks.json").read_text())}
    assert {name: network["digest"] for name, network in again.items()} == {
        name: network["digest"] for name, network in described.items()
    }
    assert not list(networks.glob(".*"))


def test_says_which_package_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--packages", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "face_recognition_model.bin is missing. Run npm install" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
