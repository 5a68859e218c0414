"""dlib's face recognition network as Keras layers, with the weights that `@vladmandic/face-api` publishes.

Architecture: a ResNet of 29 convolutions, after `dlib_face_recognition_resnet_model_v1` (Davis King, public domain,
http://dlib.net/face_recognition.py.html), as restated in `src/faceRecognitionNet` of face-api. The package's weights
are quantised to 8 bits.
"""

import json
from pathlib import Path

import keras
import numpy as np
from keras import ops

from visavox_training.tfjs_weights import read_weights

NAME = "dlib_face"
SIZE = 150
DIMENSION = 128
MEAN_RGB = (122.782, 117.001, 104.298)
MANIFEST = "face_recognition_model-weights_manifest.json"

_CHANNELS_FIRST = "channels_first"
# Name and width of every residual block; blocks named `down` halve the image.
_BLOCKS = (
    ("conv32_1", 32),
    ("conv32_2", 32),
    ("conv32_3", 32),
    ("conv64_down", 64),
    ("conv64_1", 64),
    ("conv64_2", 64),
    ("conv64_3", 64),
    ("conv128_down", 128),
    ("conv128_1", 128),
    ("conv128_2", 128),
    ("conv256_down", 256),
    ("conv256_1", 256),
    ("conv256_2", 256),
    ("conv256_down_out", 256),
)


def dlib_face() -> keras.Model:
    """The network with weights at their initial, random values.

    [n, 3, 150, 150], RGB, 0 to 255, to [n, 128], not normalised.
    """
    image = keras.Input((3, SIZE, SIZE))
    mean = np.array(MEAN_RGB, np.float32).reshape(3, 1, 1)
    x = (image - mean) * (1 / 255)
    x = _convolution(x, 32, "conv32_down", size=7, strides=2, padding="valid")
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPooling2D(3, 2, data_format=_CHANNELS_FIRST)(x)
    for name, width in _BLOCKS:
        x = _residual_down(x, width, name) if "down" in name else _residual(x, width, name)
    x = keras.layers.GlobalAveragePooling2D(data_format=_CHANNELS_FIRST)(x)
    return keras.Model(image, keras.layers.Dense(DIMENSION, use_bias=False, name="fc")(x), name=NAME)


def set_dlib_face(model: keras.Model, folder: Path) -> None:
    """Gives the network the published weights, `folder` being face-api's `model`."""
    manifest = json.loads((folder / MANIFEST).read_text())
    weights = read_weights(manifest, folder)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.set_weights(_folded(weights, layer.name))
    model.get_layer("fc").set_weights([weights["fc"]])


def _folded(weights: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    """The convolution with dlib's affine layer, which follows it, multiplied in."""
    prefix = name.replace("_conv", "/conv")
    scale = weights[f"{prefix}/scale/weights"].astype(np.float64)
    kernel = weights[f"{prefix}/conv/filters"] * scale
    bias = weights[f"{prefix}/conv/bias"] * scale + weights[f"{prefix}/scale/biases"]
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def _convolution(x, width: int, name: str, *, size: int = 3, strides: int = 1, padding: str = "same"):
    layer = keras.layers.Conv2D(width, size, strides, padding, data_format=_CHANNELS_FIRST, name=name)
    return layer(x)


def _residual(x, width: int, name: str):
    y = keras.layers.ReLU()(_convolution(x, width, f"{name}_conv1"))
    y = _convolution(y, width, f"{name}_conv2")
    return keras.layers.ReLU()(keras.layers.Add()([y, x]))


def _residual_down(x, width: int, name: str):
    y = keras.layers.ReLU()(_convolution(x, width, f"{name}_conv1", strides=2, padding="valid"))
    y = _convolution(y, width, f"{name}_conv2")
    pooled = keras.layers.AveragePooling2D(2, 2, data_format=_CHANNELS_FIRST)(x)
    if pooled.shape[2] != y.shape[2]:
        y = keras.layers.ZeroPadding2D(((0, 1), (0, 1)), data_format=_CHANNELS_FIRST)(y)
    if pooled.shape[1] != width:
        pooled = ops.pad(pooled, [[0, 0], [0, width - pooled.shape[1]], [0, 0], [0, 0]])
    return keras.layers.ReLU()(keras.layers.Add()([pooled, y]))
