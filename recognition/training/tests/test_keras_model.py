import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from visavox_training import keras_model
from visavox_training.head import HeadWeights, head_to_safetensors


@pytest.fixture
def heads(tmp_path):
    generator = np.random.default_rng(1)
    weights = {
        name: HeadWeights(
            generator.normal(size=(dimension, dimension)).astype(np.float32),
            generator.normal(size=dimension).astype(np.float32),
        )
        for name, dimension in (("face", 6), ("voice", 9))
    }
    for name, head in weights.items():
        (tmp_path / f"{name}.safetensors").write_bytes(head_to_safetensors(head))
    return weights


def saved(tmp_path, name):
    out = tmp_path / name
    words = [
        "--face-head",
        str(tmp_path / "face.safetensors"),
        "--voice-head",
        str(tmp_path / "voice.safetensors"),
        "--out",
        str(out),
    ]
    assert keras_model.main(words) == 0
    return out


def test_a_notebook_loads_what_training_exported(tmp_path, heads):
    import mlflow

    loaded = mlflow.keras.load_model(str(saved(tmp_path, "model")))
    features = {name: np.random.default_rng(2).normal(size=(3, head.dimension)) for name, head in heads.items()}
    embeddings = loaded({f"{name}_features": value.astype(np.float32) for name, value in features.items()})
    for name, head in heads.items():
        got = embeddings[name].detach().numpy()
        np.testing.assert_allclose(got, head.apply(features[name].astype(np.float32)), atol=1e-5)


def test_the_same_heads_give_the_same_bytes(tmp_path, heads):
    def files(name):
        folder = saved(tmp_path, name)
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    first = files("first")
    assert {"MLmodel", "data/model.keras", "requirements.txt"} <= set(first)
    assert files("second") == first


def test_needs_no_more_than_the_image_of_steps_has(tmp_path, heads):
    blocked = "import sys; sys.modules.update(dict.fromkeys(['scipy', 'sklearn', 'matplotlib']));"
    words = ["--face-head", str(tmp_path / "face.safetensors"), "--voice-head", str(tmp_path / "voice.safetensors")]
    words += ["--out", str(tmp_path / "out")]
    run = f"from visavox_training import keras_model; sys.exit(keras_model.main({words!r}))"
    environment = {**os.environ, "PYTHONPATH": str(Path(keras_model.__file__).parents[1])}
    ended = subprocess.run(
        [sys.executable, "-c", blocked + run], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "out" / "MLmodel").is_file()


def test_a_head_that_is_none_is_refused(tmp_path, heads, capsys):
    (tmp_path / "voice.safetensors").write_bytes(b"nothing")
    words = ["--face-head", str(tmp_path / "face.safetensors"), "--voice-head", str(tmp_path / "voice.safetensors")]
    assert keras_model.main([*words, "--out", str(tmp_path / "model")]) == 2
    assert "voice.safetensors cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
