"""SFace, the first half of the face network, from weights of 8 bits to features."""

from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
import torch

from visavox_training.export import onnx_session, to_onnx
from visavox_training.published import Packages, random_image
from visavox_training.sface import Bend, read_weights, run_published, set_sface, sface


@pytest.fixture(scope="module")
def published(packages: Path) -> Path:
    return Packages(packages).sface


@pytest.fixture(scope="module")
def network(published: Path) -> keras.Model:
    model = sface()
    set_sface(model, published)
    return model


def planes(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2))


def test_weights_of_8_bits_are_what_onnxruntime_makes_of_them(published: Path) -> None:
    """Every block, those at the end of a row that is no multiple of its length as well."""
    model = onnx.load(str(published))
    weights = read_weights(published)
    names = [node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"]
    for node in list(model.graph.node):
        if node.op_type != "DequantizeLinear":
            model.graph.node.remove(node)
    del model.graph.input[:]
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    for name, values in zip(names, onnx_session(model.SerializeToString()).run(names, {}), strict=True):
        mine = weights[name.removesuffix("_dequantized")]
        np.testing.assert_array_equal(mine.reshape(values.shape), values)


@pytest.mark.parametrize("count", [1, 3])
def test_answers_what_the_published_file_answers(network: keras.Model, published: Path, count: int) -> None:
    images = random_image(112, count=count)
    data = to_onnx(
        network,
        planes(random_image(112, count=2)),
        input_name="image",
        output_name="features",
        dynamic={"image": {0: "n"}, "features": {0: "n"}},
    )
    [features] = onnx_session(data).run(None, {"image": planes(images)})
    np.testing.assert_allclose(features, run_published(published, images), atol=1e-5)
    operations = {node.op_type for node in onnx.load_from_string(data).graph.node}
    assert "PRelu" not in operations and "BatchNormalization" not in operations


def test_bends_as_a_prelu_does() -> None:
    slopes = np.array([0.0, 0.25, -0.5, 1.1], np.float32)
    bend = Bend()
    bend.build((None, 4, 3, 3))
    bend.set_weights([slopes.reshape(4, 1, 1)])
    image = torch.from_numpy(np.random.default_rng(1).normal(size=(2, 4, 3, 3)).astype(np.float32))
    expected = torch.nn.functional.prelu(image, torch.from_numpy(slopes))
    np.testing.assert_allclose(bend(image).detach().numpy(), expected.numpy(), atol=1e-6)


def test_every_weight_can_be_trained(network: keras.Model) -> None:
    assert sum(variable.value.requires_grad for variable in network.trainable_variables) == 83
    features = network(torch.from_numpy(planes(random_image(112))))
    features.square().sum().backward()
    assert all(variable.value.grad is not None for variable in network.trainable_variables)
