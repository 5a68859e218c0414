"""Log mel filter bank of a recording as a Keras layer, equal to Kaldi's `compute-fbank-feats` without dither."""

import keras
import numpy as np
from keras import ops

from visavox_training.kaldi_mel import BANDS, FFT_SIZE, HOP, WINDOW, fourier_kernels, mel_filters

FLOOR = float(np.finfo(np.float32).eps)
LOUDNESS_DBFS = -26.0


@keras.saving.register_keras_serializable("visavox")
class FilterBank(keras.layers.Layer):
    """[1, samples], 16 kHz, any length from one sample, to [1, frames, 80], each band with mean 0 over the recording.

    The recording is brought to one loudness first, so that the floor of the logarithm lies equally deep below all.
    """

    def build(self, input_shape):
        kernels = fourier_kernels()
        self.kernels = self._constant("kernels", kernels.reshape(WINDOW, 1, -1))
        self.filters = self._constant("filters", mel_filters().T)

    def _constant(self, name: str, value: np.ndarray):
        return self.add_weight(
            name=name, shape=value.shape, initializer=lambda *_args, **_kwargs: ops.array(value), trainable=False
        )

    def call(self, waveform):
        loudness = ops.sqrt(ops.mean(ops.square(waveform), axis=1, keepdims=True))
        level = waveform * (10 ** (LOUDNESS_DBFS / 20) / ops.maximum(loudness, 1e-6))
        padded = ops.pad(level, [[0, 0], [0, WINDOW]])
        spectrum = ops.conv(ops.expand_dims(padded, 1), self.kernels, strides=HOP, data_format="channels_first")
        bins = FFT_SIZE // 2
        power = ops.square(spectrum[:, :bins]) + ops.square(spectrum[:, bins:])
        bands = ops.log(ops.maximum(ops.matmul(ops.transpose(power, (0, 2, 1)), self.filters), FLOOR))
        whole = bands[:, self._complete(waveform, bands)]
        return whole - ops.mean(whole, axis=1, keepdims=True)

    def _complete(self, waveform, bands):
        """Which frames lie within the recording; the first one always counts. [frames], boolean."""
        samples = ops.sum(ops.ones_like(waveform))
        count = ops.maximum(ops.floor((samples - WINDOW) / HOP) + 1, 1.0)
        return ops.cumsum(ops.ones_like(bands[0, :, 0])) <= count

    def compute_output_spec(self, waveform):
        return keras.KerasTensor((1, None, BANDS), dtype="float32")
