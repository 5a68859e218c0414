"""Mel filters and Fourier kernels in numpy, equal to librosa's (https://librosa.org, ISC licence)."""

import numpy as np


def mel_filters(sample_rate: int, fft_size: int, bands: int) -> np.ndarray:
    """Triangular filters on Slaney's mel scale with Slaney's area normalisation, [bands, fft_size // 2 + 1].

    Restates `librosa.filters.mel` with its defaults (`htk=False`, `norm="slaney"`, 0 Hz to half the sample rate).
    """
    frequencies = np.linspace(0, sample_rate / 2, fft_size // 2 + 1)
    edges = _hz(np.linspace(_mel(0.0), _mel(sample_rate / 2), bands + 2))
    widths = np.diff(edges)
    ramps = edges[:, None] - frequencies[None, :]
    rising = -ramps[:-2] / widths[:-1, None]
    falling = ramps[2:] / widths[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling))
    return (filters * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def fourier_kernels(size: int) -> np.ndarray:
    """Hann-windowed cosine and sine waves, [size, 2 * (size // 2 + 1)]: a frame times this is its spectrum."""
    samples = np.arange(size)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * samples / size)
    angles = 2 * np.pi * samples[:, None] * np.arange(size // 2 + 1)[None, :] / size
    return (window[:, None] * np.concatenate([np.cos(angles), -np.sin(angles)], axis=1)).astype(np.float32)


_LINEAR_HZ_PER_MEL = 200.0 / 3
_LOG_START_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _mel(hz: float) -> float:
    if hz < _LOG_START_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return float(_LOG_START_HZ / _LINEAR_HZ_PER_MEL + np.log(hz / _LOG_START_HZ) / _LOG_STEP)


def _hz(mel: np.ndarray) -> np.ndarray:
    log_start = _LOG_START_HZ / _LINEAR_HZ_PER_MEL
    return np.where(mel < log_start, mel * _LINEAR_HZ_PER_MEL, _LOG_START_HZ * np.exp(_LOG_STEP * (mel - log_start)))
