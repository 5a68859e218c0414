"""The face network: SFace beside dlib's, cut out of one picture."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from visavox_training.face_backbone import DLIB_SEES, SFACE_SEES
from visavox_training.published import random_image

SIDE = 182


@pytest.fixture(scope="module")
def session(networks: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(networks / "face-backbone.onnx")


def features(session: onnxruntime.InferenceSession, images: np.ndarray) -> np.ndarray:
    return session.run(["features"], {"image": images})[0]


def test_a_cosine_is_the_mean_of_both_networks_cosines(session: onnxruntime.InferenceSession) -> None:
    first, second = features(session, random_image(SIDE, count=2))
    halves = [(first[:128], second[:128]), (first[128:], second[128:])]
    for pair in halves:
        np.testing.assert_allclose([np.linalg.norm(one) for one in pair], 1, atol=1e-5)
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    assert cosine == pytest.approx(np.mean([one @ other for one, other in halves]), abs=1e-5)


def test_each_network_sees_its_part_of_the_picture_only(session: onnxruntime.InferenceSession) -> None:
    image = random_image(SIDE)
    before = features(session, image)[0]
    for seen, kept in ((SFACE_SEES, slice(0, 128)), (DLIB_SEES, slice(128, 256))):
        left, top, side = seen
        changed = np.full_like(image, 90)
        inside = (slice(None), slice(top, top + side), slice(left, left + side))
        changed[inside] = image[inside]
        after = features(session, changed)[0]
        np.testing.assert_allclose(after[kept], before[kept], atol=1e-5)
        assert np.abs(after - before).max() > 1e-3


def test_a_batch_gives_what_each_image_gives_alone(session: onnxruntime.InferenceSession) -> None:
    images = random_image(SIDE, count=3)
    alone = np.concatenate([features(session, images[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(features(session, images), alone, atol=1e-5)


def test_a_black_picture_gives_numbers(session: onnxruntime.InferenceSession) -> None:
    assert np.isfinite(features(session, np.zeros((1, SIDE, SIDE, 3), np.float32))).all()


def test_the_saved_keras_model_can_be_loaded_and_exported_again(
    session: onnxruntime.InferenceSession, networks: Path
) -> None:
    import keras
    import torch

    from visavox_training.export import onnx_session, to_onnx

    model = keras.saving.load_model(networks / "face-backbone.keras")
    images = random_image(SIDE, count=2)
    with torch.no_grad():
        answer = model(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(features(session, images), answer, atol=1e-5)
    data = to_onnx(model, images, input_name="image", output_name="features", dynamic={"image": {0: "n"}})
    np.testing.assert_allclose(features(onnx_session(data), images), answer, atol=1e-5)
    assert sum(variable.value.requires_grad for variable in model.trainable_variables) == 142
