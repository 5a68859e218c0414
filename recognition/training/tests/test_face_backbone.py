"""dlib's face network as Keras and ONNX model."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from visavox_training.published import random_image


@pytest.fixture(scope="module")
def session(networks: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(networks / "face-backbone.onnx")


def features(session: onnxruntime.InferenceSession, images: np.ndarray) -> np.ndarray:
    return session.run(["features"], {"image": images})[0]


def test_a_face_and_its_mirror_image_have_the_same_features(session: onnxruntime.InferenceSession) -> None:
    image = random_image(150)
    mirrored = np.ascontiguousarray(image[:, :, ::-1])
    np.testing.assert_allclose(features(session, mirrored), features(session, image), atol=1e-6)


def test_a_batch_gives_what_each_image_gives_alone(session: onnxruntime.InferenceSession) -> None:
    images = random_image(150, count=3)
    alone = np.concatenate([features(session, images[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(features(session, images), alone, atol=1e-5)


def test_the_saved_keras_model_can_be_loaded_and_exported_again(
    session: onnxruntime.InferenceSession, networks: Path
) -> None:
    import keras
    import torch

    model = keras.saving.load_model(networks / "face-backbone.keras")
    images = random_image(150, count=2)
    with torch.no_grad():
        answer = model(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(features(session, images), answer, atol=1e-5)
    assert sum(variable.value.requires_grad for variable in model.trainable_variables) == 59
