"""The voice network: two published speaker encoders side by side, from waveform to features.

CAM++ is the stronger one. The d-vectors of the LSTM err elsewhere: both together are better than either on people and
recordings of every kind that was tried. Everything between waveform and features is in the model, so that training and
serving share one implementation.
"""

from pathlib import Path

import keras
import numpy as np

from visavox_training import cam_plus_plus, d_vector
from visavox_training.export import to_onnx
from visavox_training.layers import UnitLength

DIMENSION = cam_plus_plus.DIMENSION + d_vector.DIMENSION


def build_voice_backbone() -> keras.Model:
    """Builds the network with weights at their initial, random values.

    Input `waveform`: [1, samples], 16 kHz, -1 to 1, any length from one sample.
    Output `features`: [1, 448], CAM++'s 192 and the d-vector's 256, each of unit length (or zero; never NaN), so that
    the cosine of two features is the mean of both networks' cosines.
    """
    waveform = keras.Input((None,), batch_size=1, name="waveform")
    masked = UnitLength(name="cam_plus_plus_unit")(cam_plus_plus.cam_plus_plus(waveform))
    features = keras.layers.Concatenate()([masked, d_vector.d_vector(waveform)])
    return keras.Model(waveform, features, name="voice_backbone")


def load_voice_backbone(*, cam_plus_plus_checkpoint: Path, d_vector_checkpoint: Path) -> keras.Model:
    """Builds the network with the published weights of both packages."""
    model = build_voice_backbone()
    cam_plus_plus.set_cam_plus_plus(model, cam_plus_plus_checkpoint)
    d_vector.set_d_vector(model, d_vector_checkpoint)
    return model


def voice_backbone_to_onnx(model: keras.Model) -> bytes:
    """Input `waveform`: [1, samples]; output `features`: [1, 448]."""
    example = np.random.default_rng(0).normal(0, 0.1, (1, 48_000)).astype(np.float32)
    return to_onnx(
        model,
        example,
        input_name="waveform",
        output_name="features",
        dynamic={"waveform": {1: "samples"}},
    )
