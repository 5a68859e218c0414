"""Heads out of a Keras model that somebody fine-tuned."""

import json
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest

from visavox_training import keras_heads, keras_model
from visavox_training.head import HeadWeights, read_head

DIMENSIONS = {"face": 6, "voice": 9}


def weights(seed: int = 1) -> dict[str, HeadWeights]:
    generator = np.random.default_rng(seed)
    return {
        name: HeadWeights(
            generator.normal(size=(dimension, dimension)).astype(np.float32),
            generator.normal(size=dimension).astype(np.float32),
        )
        for name, dimension in DIMENSIONS.items()
    }


def taken(tmp_path: Path, out: str = "out") -> int:
    words = ["--model", str(tmp_path / "given"), "--dimensions", json.dumps(DIMENSIONS)]
    for name in DIMENSIONS:
        words += [f"--{name}-head", str(tmp_path / out / f"{name}.onnx")]
        words += [f"--{name}-weights", str(tmp_path / out / f"{name}.safetensors")]
    return keras_heads.main(words)


def hand_in(tmp_path: Path, model: keras.Model) -> None:
    (tmp_path / "given").mkdir(exist_ok=True)
    model.save(tmp_path / "given" / "heads.keras")


def test_what_was_fine_tuned_is_what_is_served(tmp_path: Path) -> None:
    model = keras_model.build(weights())
    loss = dict.fromkeys(DIMENSIONS, "cosine_similarity")
    model.compile(keras.optimizers.Adam(0.05), loss=loss)
    generator = np.random.default_rng(3)
    features = {f"{name}_features": generator.normal(size=(32, size)) for name, size in DIMENSIONS.items()}
    model.fit(features, {name: generator.normal(size=(32, size)) for name, size in DIMENSIONS.items()}, verbose=0)
    hand_in(tmp_path, model)
    assert taken(tmp_path) == 0
    answers = model.predict(features, verbose=0)
    for name in DIMENSIONS:
        session = onnxruntime.InferenceSession(tmp_path / "out" / f"{name}.onnx")
        given = features[f"{name}_features"].astype(np.float32)
        np.testing.assert_allclose(session.run(None, {"features": given})[0], answers[name], atol=1e-5)
        kernel, bias = model.get_layer(f"{name}_projection").get_weights()
        for suffix in ("onnx", "safetensors"):
            head = read_head(tmp_path / "out" / f"{name}.{suffix}")
            np.testing.assert_array_equal(head.kernel, kernel)
            np.testing.assert_array_equal(head.bias, bias)
    assert taken(tmp_path, "again") == 0
    for file in (tmp_path / "out").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def another_layer() -> keras.Model:
    model = keras_model.build(weights())
    return keras.Model(model.input, {**model.output, "face": keras.layers.Dense(6)(model.output["face"])})


def without_voices() -> keras.Model:
    model = keras_model.build(weights())
    return keras.Model({"face_features": model.input["face_features"]}, {"face": model.output["face"]})


def of_another_dimension() -> keras.Model:
    return keras_model.build({**weights(), "voice": HeadWeights(np.eye(4, dtype=np.float32), np.zeros(4, np.float32))})


def not_a_number() -> keras.Model:
    heads = weights()
    return keras_model.build(
        {**heads, "face": HeadWeights(np.full_like(heads["face"].kernel, np.nan), heads["face"].bias)}
    )


def nothing() -> keras.Model:
    zero = HeadWeights(np.zeros((9, 9), np.float32), np.zeros(9, np.float32))
    return keras_model.build({**weights(), "voice": zero})


def something_else() -> keras.Model:
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, name="digits")])


def with_code() -> keras.Model:
    model = keras_model.build(weights())
    return keras.Model(model.input, {**model.output, "face": keras.layers.Lambda(lambda x: x)(model.output["face"])})


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (another_layer, "another architecture: its output 'face'"),
        (without_voices, "Expected one layer 'voice_projection'"),
        (of_another_dimension, "voice_projection has another dimension. Expected a kernel [9, 9]"),
        (not_a_number, "The weights of face_projection are not numbers"),
        (nothing, "The head voice collapses"),
        (something_else, "Expected one layer 'face_projection', as the champion has. Received: input"),
        (with_code, "cannot be read as a Keras model"),
    ],
)
def test_what_cannot_be_served_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model, message: str
) -> None:
    hand_in(tmp_path, model())
    assert taken(tmp_path) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_files_that_are_no_model_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "given").mkdir()
    assert taken(tmp_path) == 2
    (tmp_path / "given" / "heads.keras").write_bytes(b"nothing")
    assert taken(tmp_path) == 2
    (tmp_path / "given" / "more.keras").write_bytes(b"nothing")
    assert taken(tmp_path) == 2
    first, second, third = capsys.readouterr().err.strip().splitlines()
    assert "Received: none" in first
    assert "heads.keras cannot be read" in second
    assert "heads.keras, more.keras" in third
