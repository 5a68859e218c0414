"""Keras model of dlib's face recognition network, with the weights that `@vladmandic/face-api` publishes.

Architecture: a ResNet of 29 convolutions, after `dlib_face_recognition_resnet_model_v1` (Davis King, public domain,
http://dlib.net/face_recognition.py.html), as restated in `src/faceRecognitionNet` of face-api. The package's weights
are quantised to 8 bits.
"""

from pathlib import Path

import keras
import numpy as np
from keras import ops

from visavox_training.tfjs_weights import read_weights

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


def build_face_backbone() -> keras.Model:
    """Builds the network with weights at their initial, random values.

    Input `image`: [n, 150, 150, 3], RGB, 0 to 255, an aligned face.
    Output `features`: [n, 128], the mean of the image's and its mirror image's descriptors, not normalised.
    """
    image = keras.Input((SIZE, SIZE, 3), name="image")
    offset = [-mean / 255 for mean in MEAN_RGB]
    scaled = keras.layers.Rescaling(1 / 255, offset=offset, name="scaled")(image)
    upright = keras.layers.Permute((3, 1, 2), name="channels_first")(scaled)
    both = ops.stack([upright, ops.flip(upright, axis=-1)], axis=1)
    descriptors = _trunk()(ops.reshape(both, (-1, 3, SIZE, SIZE)))
    features = ops.mean(ops.reshape(descriptors, (-1, 2, DIMENSION)), axis=1)
    return keras.Model(image, features, name="face_backbone")


def load_face_backbone(folder: Path) -> keras.Model:
    """Builds the network with the published weights, `folder` being face-api's `model`."""
    import json

    manifest = json.loads((folder / MANIFEST).read_text())
    weights = read_weights(manifest, folder)
    model = build_face_backbone()
    trunk = model.get_layer("trunk")
    for layer in trunk.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.set_weights(_folded(weights, layer.name))
    trunk.get_layer("fc").set_weights([weights["fc"]])
    return model


def _folded(weights: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    """The convolution with dlib's affine layer, which follows it, multiplied in."""
    prefix = name.replace("_conv", "/conv")
    scale = weights[f"{prefix}/scale/weights"].astype(np.float64)
    kernel = weights[f"{prefix}/conv/filters"] * scale
    bias = weights[f"{prefix}/conv/bias"] * scale + weights[f"{prefix}/scale/biases"]
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def _trunk() -> keras.Model:
    """[n, 3, 150, 150], scaled RGB, to [n, 128]."""
    image = keras.Input((3, SIZE, SIZE))
    x = _convolution(image, 32, "conv32_down", size=7, strides=2, padding="valid")
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPooling2D(3, 2, data_format=_CHANNELS_FIRST)(x)
    for name, width in _BLOCKS:
        x = _residual_down(x, width, name) if "down" in name else _residual(x, width, name)
    x = keras.layers.GlobalAveragePooling2D(data_format=_CHANNELS_FIRST)(x)
    return keras.Model(image, keras.layers.Dense(DIMENSION, use_bias=False, name="fc")(x), name="trunk")


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
