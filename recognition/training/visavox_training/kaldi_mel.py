"""Mel filters and Fourier kernels in numpy, equal to those of Kaldi's `compute-fbank-feats` without dither.

Source: https://github.com/kaldi-asr/kaldi, `feat/feature-fbank.cc` (Apache-2.0), with 3D-Speaker's settings.
"""

import numpy as np

SAMPLE_RATE = 16_000
WINDOW = 400
HOP = 160
FFT_SIZE = 512
BANDS = 80
LOWEST_HZ = 20.0
PREEMPHASIS = 0.97


def fourier_kernels() -> np.ndarray:
    """[400, 2 * 256]: a frame times this is its spectrum, after offset, pre-emphasis and Povey's window."""
    samples = np.arange(WINDOW)
    without_offset = np.eye(WINDOW) - 1 / WINDOW
    emphasised = without_offset.copy()
    emphasised[:, 1:] -= PREEMPHASIS * without_offset[:, :-1]
    emphasised[:, 0] -= PREEMPHASIS * without_offset[:, 0]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * samples / (WINDOW - 1))) ** 0.85
    angles = 2 * np.pi * samples[:, None] * np.arange(FFT_SIZE // 2)[None, :] / FFT_SIZE
    waves = np.concatenate([np.cos(angles), -np.sin(angles)], axis=1)
    return (emphasised @ (window[:, None] * waves)).astype(np.float32)


def mel_filters() -> np.ndarray:
    """Triangular filters, evenly spaced on the mel scale of HTK from 20 Hz to half the sample rate, [80, 256]."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(SAMPLE_RATE / 2), BANDS + 2)
    bins = _mel(np.arange(FFT_SIZE // 2) * SAMPLE_RATE / FFT_SIZE)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _mel(hz):
    return 1127 * np.log(1 + np.asarray(hz) / 700)
