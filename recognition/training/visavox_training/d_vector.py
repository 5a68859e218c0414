"""Resemblyzer's speaker encoder, an LSTM that gives d-vectors, as Keras layers with the weights that it publishes.

Source: https://github.com/resemble-ai/Resemblyzer 0.1.4 (Apache-2.0), after Wan et al., "Generalized End-to-End Loss
for Speaker Verification" (2018). What the package does in `preprocess_wav` besides the volume (resampling, cutting
silence) is the caller's.
"""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import torch
from keras import ops

from visavox_training.layers import UnitLength
from visavox_training.mel import fourier_kernels, mel_filters

DIMENSION = 256


@dataclass(frozen=True)
class VoiceSettings:
    """`resemblyzer/hparams.py` and the defaults of `embed_utterance`, in samples and frames."""

    sample_rate: int = 16_000
    window: int = 400
    hop: int = 160
    bands: int = 40
    target_dbfs: float = -30.0
    partial_frames: int = 160
    partials_per_second: float = 1.3
    minimum_coverage: float = 0.75
    units: int = 256
    layers: int = 3

    @property
    def partial_step(self) -> int:
        """Frames from one partial utterance to the next."""
        return round(self.sample_rate / self.partials_per_second / self.hop)


SETTINGS = VoiceSettings()


@keras.saving.register_keras_serializable("visavox")
class VolumeNormalisation(keras.layers.Layer):
    """Amplifies quiet recordings to -30 dBFS and leaves loud ones as they are. [n, samples] to the same."""

    def call(self, waveform):
        target = 10 ** (SETTINGS.target_dbfs / 20)
        loudness = ops.sqrt(ops.mean(ops.square(waveform), axis=1, keepdims=True))
        return waveform * ops.maximum(target / ops.maximum(loudness, 1e-9), 1.0)


@keras.saving.register_keras_serializable("visavox")
class MelSpectrogram(keras.layers.Layer):
    """Power mel spectrogram with centred frames, zeros beyond both ends. [1, samples] to [1, frames, 40].

    Has enough frames for the partial utterances, hence more than `librosa.feature.melspectrogram` of the same.
    """

    def build(self, input_shape):
        bins = SETTINGS.window // 2 + 1
        kernels = fourier_kernels(SETTINGS.window).reshape(SETTINGS.window, 1, 2 * bins)
        filters = mel_filters(SETTINGS.sample_rate, SETTINGS.window, SETTINGS.bands)
        self.kernels = self._constant("kernels", kernels)
        self.filters = self._constant("filters", filters.T)

    def _constant(self, name: str, value: np.ndarray):
        return self.add_weight(
            name=name, shape=value.shape, initializer=lambda *_args, **_kwargs: ops.array(value), trainable=False
        )

    def call(self, waveform):
        bins = SETTINGS.window // 2 + 1
        padding = SETTINGS.window // 2
        after = padding + SETTINGS.partial_frames * SETTINGS.hop
        padded = ops.pad(waveform, [[0, 0], [padding, after]])
        spectrum = ops.conv(
            ops.expand_dims(padded, 1), self.kernels, strides=SETTINGS.hop, data_format="channels_first"
        )
        power = ops.square(spectrum[:, :bins]) + ops.square(spectrum[:, bins:])
        return ops.matmul(ops.transpose(power, (0, 2, 1)), self.filters)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], None, SETTINGS.bands)


@keras.saving.register_keras_serializable("visavox")
class PartialUtterances(keras.layers.Layer):
    """Cuts a recording into overlapping windows of 1.6 s: `compute_partial_slices` of Resemblyzer.

    [1, samples] and its mel spectrogram [1, frames, 40] to [partials, 160, 40].
    """

    def call(self, waveform, mel):
        length, step = SETTINGS.partial_frames, SETTINGS.partial_step
        # Windows by a convolution with the identity, each band a batch item: [40, 160, partials].
        windows = ops.conv(
            ops.transpose(mel, (2, 0, 1)),
            ops.reshape(ops.eye(length, dtype="float32"), (length, 1, length)),
            strides=step,
            data_format="channels_first",
        )
        partials = ops.transpose(windows, (2, 1, 0))
        return partials[self._kept(waveform, partials)]

    def _kept(self, waveform, partials):
        """Which windows the package would make: [partials], boolean."""
        length, step = SETTINGS.partial_frames, SETTINGS.partial_step
        samples = ops.sum(ops.ones_like(waveform))
        frames = ops.ceil((samples + 1) / SETTINGS.hop)
        count = ops.ceil(ops.maximum(frames - length + step + 1, 1.0) / step)
        coverage = (samples - (count - 1) * step * SETTINGS.hop) / (length * SETTINGS.hop)
        too_short = ops.logical_and(coverage < SETTINGS.minimum_coverage, count > 1)
        index = ops.cumsum(ops.ones_like(partials[:, 0, 0])) - 1
        return index < count - ops.cast(too_short, "float32")

    def compute_output_shape(self, waveform_shape, mel_shape):
        return (None, SETTINGS.partial_frames, SETTINGS.bands)


@keras.saving.register_keras_serializable("visavox")
class StackedLstm(keras.layers.Layer):
    """Three LSTM layers as one operation of PyTorch and of ONNX; Keras' own unrolls every time step on export.

    [n, time, bands] to the last layer's state after the last step, [n, units].
    """

    def build(self, input_shape):
        units = SETTINGS.units
        shapes = []
        for layer in range(SETTINGS.layers):
            width = input_shape[-1] if layer == 0 else units
            shapes += [(4 * units, width), (4 * units, units), (4 * units,), (4 * units,)]
        self.parameters_in_order = [
            self.add_weight(
                name=f"weight_{index}", shape=shape, initializer="glorot_uniform" if len(shape) > 1 else "zeros"
            )
            for index, shape in enumerate(shapes)
        ]

    def call(self, sequences):
        weights = [ops.convert_to_tensor(weight) for weight in self.parameters_in_order]
        start = sequences.new_zeros(SETTINGS.layers, sequences.shape[0], SETTINGS.units)
        _, state, _ = torch._VF.lstm(
            sequences, (start, start), weights, True, SETTINGS.layers, 0.0, torch.is_grad_enabled(), False, True
        )
        return state[-1]

    def compute_output_spec(self, sequences):
        return keras.KerasTensor((sequences.shape[0], SETTINGS.units), dtype="float32")


def d_vector(waveform):
    """The network with weights at their initial, random values: [1, samples], 16 kHz, to [1, 256], of unit length."""
    loud = VolumeNormalisation(name="volume")(waveform)
    mel = MelSpectrogram(name="mel")(loud)
    partials = PartialUtterances(name="partials")(loud, mel)
    state = StackedLstm(name="lstm")(partials)
    embedded = keras.layers.Dense(DIMENSION, activation="relu", name="linear")(state)
    return UnitLength()(ops.mean(UnitLength()(embedded), axis=0, keepdims=True))


def set_d_vector(model: keras.Model, checkpoint: Path) -> None:
    """Gives a model that contains the network the published weights, `checkpoint` being `pretrained.pt`."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["model_state"]
    names = [
        f"lstm.{name}_l{layer}"
        for layer in range(SETTINGS.layers)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    model.get_layer("lstm").set_weights([state[name].numpy() for name in names])
    model.get_layer("linear").set_weights([state["linear.weight"].numpy().T, state["linear.bias"].numpy()])
