"""Both heads out of a Keras model that somebody changed by hand.

python -m visavox_training.keras_heads --model FOLDER --dimensions '{"face": 256, "voice": 448}' \\
    --face-head face.onnx --face-weights face.safetensors --voice-head voice.onnx --voice-weights voice.safetensors

The model is the one that `keras_model` writes, with other weights. What it was compiled with is left aside. One that
answers otherwise than its two projections do is refused. The same weights give the same bytes.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from visavox_training import runtime
from visavox_training.feature_table import InputError
from visavox_training.files import write_bytes
from visavox_training.head import HeadWeights, build_head, head_to_onnx, head_to_safetensors

MODALITIES = ("face", "voice")
LARGEST = 64 * 2**20
"""Bytes of a file that is read at all: heads with the state of an optimiser have a few million."""
TOLERANCE = 1e-4
"""The largest difference of an embedding's numbers that rounding may cause."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.keras_heads", description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="a .keras file, or a folder with one in it")
    parser.add_argument("--dimensions", required=True, help="JSON: how many features the champion has of each modality")
    for name in MODALITIES:
        parser.add_argument(f"--{name}-head", type=Path, required=True, help="the head that is served (ONNX), written")
        parser.add_argument(f"--{name}-weights", type=Path, required=True, help="its weights (safetensors), written")
    options = parser.parse_args(arguments)
    runtime.configure()
    try:
        heads = heads_of(load(find(options.model)), json.loads(options.dimensions))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, weights in heads.items():
        for path, data in (
            (getattr(options, f"{name}_head"), head_to_onnx(build_head(weights))),
            (getattr(options, f"{name}_weights"), head_to_safetensors(weights)),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, data)
    return 0


def find(path: Path) -> Path:
    """The only `.keras` file there is."""
    files = [path] if path.is_file() else sorted(path.rglob("*.keras"))
    if len(files) != 1:
        received = ", ".join(file.name for file in files) or "none"
        raise InputError(f"Expected one .keras file, as model.save('heads.keras') writes it. Received: {received}")
    if files[0].stat().st_size > LARGEST:
        received = f"{files[0].stat().st_size} bytes"
        raise InputError(f"{files[0].name} is too large for two heads. Expected {LARGEST} bytes at most. {received}")
    return files[0]


def load(file: Path):
    """The Keras model, without running code that it brings along."""
    import keras

    import visavox_training.layers  # noqa: F401 - so that models with the project's layers are understood

    try:
        return keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # whatever a foreign file makes of Keras
        reason = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{file.name} cannot be read as a Keras model. Expected model.save('heads.keras'). Received: {reason}"
        ) from error


def heads_of(model, dimensions: dict[str, int]) -> dict[str, HeadWeights]:
    """The weights of both heads.

    Raises:
        InputError: it is another model, or its weights are nothing to serve.
    """
    heads = {name: _projection(model, name, dimensions[name]) for name in MODALITIES}
    _require_parity(model, heads)
    return heads


def _projection(model, name: str, dimension: int) -> HeadWeights:
    layer_name = f"{name}_projection"
    layers = [layer for layer in _layers_of(model) if layer.name == layer_name]
    if len(layers) != 1:
        names = ", ".join(layer.name for layer in _layers_of(model)[:20])
        raise InputError(
            f"The model has another architecture. Expected one layer {layer_name!r}, as the champion has. "
            f"Received: {names}"
        )
    arrays = [np.asarray(array) for array in layers[0].get_weights()]
    shapes = [list(array.shape) for array in arrays]
    if shapes != [[dimension, dimension], [dimension]]:
        raise InputError(
            f"{layer_name} has another dimension. Expected a kernel [{dimension}, {dimension}] and a bias "
            f"[{dimension}], as the champion's features are. Received: {shapes}"
        )
    kernel, bias = (array.astype(np.float32) for array in arrays)
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise InputError(
            f"The weights of {layer_name} are not numbers. Expected finite ones. Received: NaN or infinity"
        )
    return HeadWeights(kernel, bias)


def _layers_of(model) -> list:
    return list(model._flatten_layers(include_self=False))


def _require_parity(model, heads: dict[str, HeadWeights]) -> None:
    """The whole model answers what its projections alone do, features of any length."""
    import torch

    generator = np.random.default_rng(0)
    features = {name: generator.normal(size=(8, head.dimension)).astype(np.float32) for name, head in heads.items()}
    try:
        with torch.no_grad():
            inputs = {f"{name}_features": torch.from_numpy(value) for name, value in features.items()}
            answers = {name: value.cpu().numpy() for name, value in dict(model(inputs, training=False)).items()}
    except Exception as error:  # whatever another architecture makes of these inputs
        raise InputError(
            "The model has another architecture. Expected the inputs face_features and voice_features, and the outputs "
            f"face and voice. Received: {str(error).strip().splitlines()[0][:300]}"
        ) from error
    for name, head in heads.items():
        if name not in answers:
            raise InputError(
                f"The model has another architecture. Expected an output {name!r}. Received: {sorted(answers)}"
            )
        expected = head.apply(features[name])
        if not np.isclose(np.linalg.norm(expected, axis=1), 1, atol=1e-3).all():
            raise InputError(f"The head {name} collapses: it answers nothing. Expected embeddings of unit length.")
        if answers[name].shape != expected.shape or not np.abs(answers[name] - expected).max() < TOLERANCE:
            raise InputError(
                f"The model has another architecture: its output {name!r} is not what {name}_projection gives of the "
                "features' direction, at unit length. Change weights alone, and leave out layers that training added."
            )


if __name__ == "__main__":
    sys.exit(main())
