"""Both heads as one Keras model, in the folder that MLflow's Keras flavour loads.

python -m visavox_training.keras_model --face-head face.safetensors --voice-head voice.safetensors --out FOLDER

Its files lie beside the networks of a registered version, so that a notebook has the model by
`mlflow.keras.load_model("models:/recogniser@champion")`. Only layers of Keras itself are in it. The same heads give the
same bytes.
"""

import argparse
import io
import json
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

from visavox_training import runtime
from visavox_training.files import write_bytes
from visavox_training.head import HeadWeights, read_head

_UNKNOWN_TIME = "1970-01-01 00:00:00"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.keras_model", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--face-head", type=Path, required=True, help="the head of faces, as training writes it (safetensors or ONNX)"
    )
    parser.add_argument("--voice-head", type=Path, required=True, help="the head of voices")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; it must not exist")
    options = parser.parse_args(arguments)
    runtime.configure()
    try:
        heads = {"face": read_head(options.face_head), "voice": read_head(options.voice_head)}
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    save(build(heads), options.out)
    return 0


def build(heads: dict[str, HeadWeights]):
    """Builds the Keras model.

    Inputs `face_features` and `voice_features`: what the backbones give, [n, d] each. Outputs `face` and `voice`:
    embeddings of unit length, [n, d] each.
    """
    import keras

    inputs, outputs = {}, {}
    for name, weights in heads.items():
        features = keras.Input((weights.dimension,), name=f"{name}_features")
        projection = keras.layers.Dense(weights.dimension, name=f"{name}_projection")
        direction = keras.layers.UnitNormalization(name=f"{name}_direction")(features)
        outputs[name] = keras.layers.UnitNormalization(name=name)(projection(direction))
        projection.set_weights([weights.kernel, weights.bias])
        inputs[f"{name}_features"] = features
    return keras.Model(inputs, outputs, name="recogniser_heads")


def save(model, folder: Path) -> None:
    """Writes MLflow's folder: `MLmodel`, `data/model.keras` and the packages that it needs."""
    import mlflow
    import numpy as np
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature
    from mlflow.types.schema import Schema, TensorSpec

    def schema(tensors) -> Schema:
        number = np.dtype(np.float32)
        return Schema([TensorSpec(number, (-1, tensor.shape[-1]), name) for name, tensor in tensors.items()])

    packages = [f"{name}=={version(name)}" for name in ("keras", "torch", "numpy")]
    mlflow.keras.save_model(
        model,
        str(folder),
        mlflow_model=Model(utc_time_created=_UNKNOWN_TIME, model_uuid="recogniser-heads"),
        signature=ModelSignature(inputs=schema(model.input), outputs=schema(model.output)),
        pip_requirements=packages,
    )
    file = folder / "data" / "model.keras"
    write_bytes(file, without_date(file.read_bytes()))


def without_date(archive: bytes) -> bytes:
    """A `.keras` file without the time at which it was saved, in which alone one saving differs from the next."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(buffer, "w") as written:
        for entry in given.infolist():
            data = given.read(entry)
            if entry.filename == "metadata.json":
                data = json.dumps({**json.loads(data), "date_saved": _UNKNOWN_TIME}).encode()
            written.writestr(zipfile.ZipInfo(entry.filename), data)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
