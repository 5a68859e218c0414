"""Both speaker encoders as one Keras and ONNX model."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from visavox_training.published import random_sound


def test_each_half_is_of_unit_length(networks: Path) -> None:
    session = onnxruntime.InferenceSession(networks / "voice-backbone.onnx")
    [features] = session.run(["features"], {"waveform": random_sound(40_000)})
    assert features.shape == (1, 448)
    np.testing.assert_allclose(np.linalg.norm(features[0, :192]), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(features[0, 192:]), 1, atol=1e-5)


def test_the_saved_keras_model_can_be_loaded(networks: Path) -> None:
    import keras

    from visavox_training import voice_backbone  # noqa: F401 (registers its layers)

    session = onnxruntime.InferenceSession(networks / "voice-backbone.onnx")
    model = keras.saving.load_model(networks / "voice-backbone.keras")
    waveform = random_sound(40_000)
    with torch.no_grad():
        answer = model(torch.from_numpy(waveform)).numpy()
    np.testing.assert_allclose(session.run(["features"], {"waveform": waveform})[0], answer, atol=5e-6)
