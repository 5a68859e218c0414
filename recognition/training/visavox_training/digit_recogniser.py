"""Keras models of what is said: from a waveform to its spectrum, and from there to the probability of each digit.

The second is trained with connectionist temporal classification (Graves et al., 2006) by `digit_training`. The first
stands alone: what compares two recordings of one person, word for word, starts from the same numbers and needs no more.
"""

from pathlib import Path

import keras
import numpy as np
from keras import ops

from visavox_training.files import write_bytes
from visavox_training.mel import fourier_kernels, mel_filters

SAMPLE_RATE = 16_000
WINDOW = 400
HOP = 160
BANDS = 40
DIGITS = 10
BLANK = 10
WIDTH = 64
DILATIONS = (1, 2, 4, 2)
LOUDNESS = 0.05
FLOOR = 1e-6


@keras.saving.register_keras_serializable("visavox")
class LogMelSpectrum(keras.layers.Layer):
    """[1, samples] at 16 kHz to the logarithm of [1, frames, 40], a frame every 10 ms, at a fixed loudness."""

    def build(self, input_shape):
        bins = WINDOW // 2 + 1
        self.kernels = self._constant("kernels", fourier_kernels(WINDOW).reshape(WINDOW, 1, 2 * bins))
        self.filters = self._constant("filters", mel_filters(SAMPLE_RATE, WINDOW, BANDS).T)

    def _constant(self, name: str, value: np.ndarray):
        return self.add_weight(
            name=name, shape=value.shape, initializer=lambda *_args, **_kwargs: ops.array(value), trainable=False
        )

    def call(self, waveform):
        bins = WINDOW // 2 + 1
        loudness = ops.sqrt(ops.mean(ops.square(waveform), axis=1, keepdims=True))
        level = waveform * (LOUDNESS / ops.maximum(loudness, 1e-6))
        padded = ops.pad(level, [[0, 0], [WINDOW // 2, WINDOW // 2]])
        spectrum = ops.conv(ops.expand_dims(padded, 1), self.kernels, strides=HOP, data_format="channels_first")
        power = ops.square(spectrum[:, :bins]) + ops.square(spectrum[:, bins:])
        return ops.log(ops.matmul(ops.transpose(power, (0, 2, 1)), self.filters) + FLOOR)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], None, BANDS)


@keras.saving.register_keras_serializable("visavox")
class Standardise(keras.layers.Layer):
    """Each band to mean 0 and deviation 1 over the recording: takes microphone and room away."""

    def call(self, spectrum):
        mean = ops.mean(spectrum, axis=1, keepdims=True)
        deviation = ops.sqrt(ops.mean(ops.square(spectrum - mean), axis=1, keepdims=True))
        return (spectrum - mean) / ops.maximum(deviation, 0.1)


def build_listener(seed: int = 0) -> keras.Model:
    """[n, frames, 40] standardised to the log-probabilities [n, frames / 2, 11] of ten digits and none.

    `seed` is that of the dropout: without one PyTorch would draw it from a state that no checkpoint has.
    """
    spectrum = keras.Input((None, BANDS), name="standardised")
    # Padded by hand: "same" depends on the length when a convolution has strides, and an exported graph must not.
    x = keras.layers.ZeroPadding1D(2)(spectrum)
    x = keras.layers.Conv1D(WIDTH, 5, strides=2, use_bias=False, name="convolution_0")(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95, name="normalisation_0")(x))
    for block, dilation in enumerate(DILATIONS, start=1):
        y = keras.layers.Conv1D(
            WIDTH, 5, dilation_rate=dilation, padding="same", use_bias=False, name=f"convolution_{block}"
        )(x)
        y = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95, name=f"normalisation_{block}")(y))
        x = x + keras.layers.Dropout(0.1, seed=seed * len(DILATIONS) + block)(y)
    logits = keras.layers.Dense(DIGITS + 1, name="logits")(x)
    return keras.Model(spectrum, ops.log_softmax(logits, axis=-1), name="listener")


def build_speech_spectrum() -> keras.Model:
    """Input `waveform`: [1, samples], 16 kHz. Output `spectrum`: [1, frames, 40], a frame every 10 ms."""
    waveform = keras.Input((None,), batch_size=1, name="waveform")
    return keras.Model(waveform, LogMelSpectrum(name="spectrum")(waveform), name="speech_spectrum")


def build_digit_recogniser(listener: keras.Model) -> keras.Model:
    """Input `spectrum`: [1, frames, 40]. Output `digits`: [1, frames / 2, 11], log-probabilities."""
    spectrum = keras.Input((None, BANDS), batch_size=1, name="spectrum")
    return keras.Model(spectrum, listener(Standardise(name="standardise")(spectrum)), name="digit_recogniser")


def save_weights(listener: keras.Model, file: Path) -> None:
    """Safetensors in half precision: a few hundred kilobytes less, and no recogniser hears the difference."""
    from safetensors.numpy import save

    file.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(file, save({weight.path: np.float16(weight.numpy()) for weight in listener.weights}))


def load_weights(listener: keras.Model, file: Path) -> None:
    from safetensors.numpy import load_file

    arrays = load_file(file)
    for weight in listener.weights:
        weight.assign(arrays[weight.path].astype(np.float32))
