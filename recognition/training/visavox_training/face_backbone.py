"""The face network: two published networks side by side, from an aligned face to features.

SFace is the stronger one. dlib's, whose weights come from other people, errs elsewhere: both together are better than
either on people that nothing was chosen on. What each sees is cut out of one picture of the face in the graph, so that
training and serving share one implementation.
"""

from pathlib import Path

import keras
import torch

from visavox_training import dlib_face, sface
from visavox_training.layers import UnitLength

SIZE = 182
DIMENSION = sface.DIMENSION + dlib_face.DIMENSION

# Left, top and side, in pixels of the picture.
SFACE_SEES = (7, 0, 168)
DLIB_SEES = (16, 32, 150)
_TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where SFace was trained to find eyes, tip of the nose and corners of the mouth, in its 112 pixels."""

POINTS = tuple(
    tuple(round(value * SFACE_SEES[2] / sface.SIZE + SFACE_SEES[axis], 3) for axis, value in enumerate(point))
    for point in _TEMPLATE
)
"""Where they are to lie in the picture."""


@keras.saving.register_keras_serializable("visavox")
class Square(keras.layers.Layer):
    """A square of a picture at another size, by linear interpolation: [n, channels, side, side], size as given."""

    def __init__(self, left: int, top: int, side: int, size: int, **options):
        super().__init__(**options)
        self.left, self.top, self.side, self.size = left, top, side, size

    def call(self, picture):
        square = picture[:, :, self.top : self.top + self.side, self.left : self.left + self.side]
        if self.size == self.side:
            return square
        return torch.nn.functional.interpolate(square, (self.size, self.size), mode="bilinear")

    def compute_output_shape(self, shape):
        return (shape[0], shape[1], self.size, self.size)

    def get_config(self):
        own = {"left": self.left, "top": self.top, "side": self.side, "size": self.size}
        return {**super().get_config(), **own}


def build_face_backbone() -> keras.Model:
    """Builds the network with weights at their initial, random values.

    Input `image`: [n, 182, 182, 3], RGB, 0 to 255, a face of which the five points lie at `POINTS`.
    Output `features`: [n, 256], SFace's 128 and dlib's 128, each of unit length, so that the cosine of two features is
    the mean of both networks' cosines.
    """
    image = keras.Input((SIZE, SIZE, 3), name="image")
    picture = keras.layers.Permute((3, 1, 2), name="channels_first")(image)
    halves = [
        _unit(sface.sface(), Square(*SFACE_SEES, sface.SIZE, name="sface_sees")(picture)),
        _unit(dlib_face.dlib_face(), Square(*DLIB_SEES, dlib_face.SIZE, name="dlib_sees")(picture)),
    ]
    return keras.Model(image, keras.layers.Concatenate()(halves), name="face_backbone")


def _unit(network: keras.Model, square):
    return UnitLength(name=f"{network.name}_unit")(network(square))


def load_face_backbone(*, sface_file: Path, dlib_folder: Path) -> keras.Model:
    """Builds the network with the published weights of both packages."""
    model = build_face_backbone()
    sface.set_sface(model.get_layer(sface.NAME), sface_file)
    dlib_face.set_dlib_face(model.get_layer(dlib_face.NAME), dlib_folder)
    return model
