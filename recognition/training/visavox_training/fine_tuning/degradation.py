"""A recording as a worse line would have brought it: band, noise and lossy coding, drawn from a generator.

The draws cover families (companded, differential, predictive and transform coding, at 8 and at 16 kHz), not products.
"""

import numpy as np

from visavox_training.fine_tuning.codecs import adaptive_differential, mu_law, predictive, spectral

SAMPLE_RATE = 16_000
_LEVEL = 0.06
"""Root mean square at which a line carries speech."""


def degraded(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """16 kHz mono, -1..1, in and out, of the same length; the same draws give the same samples."""
    level = np.sqrt(np.mean(np.square(waveform, dtype=np.float64))) + 1e-9
    signal = waveform.astype(np.float64) * (_LEVEL / level)
    if rng.random() < 0.4:
        signal = signal + _noise(len(signal), rng) * _LEVEL * 10 ** (-rng.uniform(8, 30) / 20)
    narrow = rng.random() < 0.7
    low = rng.uniform(20, 350)
    high = rng.uniform(3000, 3900) if narrow else rng.uniform(4500, 7900)
    signal = _coded(_at_rate(signal, low, high, halves=narrow), rng, narrow)
    if narrow:
        signal = _doubled(signal)
    signal = signal[: len(waveform)]
    loudest = np.abs(signal).max() + 1e-9
    return (signal * min(1.0, 1 / loudest)).astype(np.float32)


def _coded(signal: np.ndarray, rng: np.random.Generator, narrow: bool) -> np.ndarray:
    kind = rng.choice(["mu_law", "differential", "predictive", "spectral"], p=[0.2, 0.1, 0.4, 0.3])
    if kind == "mu_law":
        return mu_law(signal)
    if kind == "differential":
        return adaptive_differential(signal, int(rng.integers(2, 6)))
    if kind == "predictive":
        return predictive(
            signal,
            order=int(rng.integers(8, 13)) if narrow else int(rng.integers(12, 19)),
            spacing=int(rng.integers(1, 5)),
            levels=int(rng.integers(1, 7)),
            rounding=rng.uniform(0.02, 0.15),
            frame=160 if narrow else 320,
        )
    return spectral(
        signal,
        rng,
        frame=int(rng.choice([160, 256, 320])) // (2 if narrow else 1),
        step=rng.uniform(0.7, 2.5),
        floor_db=rng.uniform(-45, -15),
        fills=bool(rng.random() < 0.5),
    )


def _noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Of power 1, between white and as low as a fan."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum *= np.maximum(np.arange(len(spectrum)) / count * SAMPLE_RATE, 60.0) ** -rng.uniform(0, 1)
    noise = np.fft.irfft(spectrum, count)
    return noise / np.sqrt(np.mean(noise**2))


def _at_rate(signal: np.ndarray, low: float, high: float, *, halves: bool) -> np.ndarray:
    """Between two frequencies in hertz with soft edges, at half of the rate where `halves`."""
    count = len(signal) + len(signal) % 2
    spectrum = np.fft.rfft(signal, count)
    hertz = np.arange(len(spectrum)) / count * SAMPLE_RATE
    spectrum *= _ramp(hertz, low * 0.6, low + 1) * (1 - _ramp(hertz, high, high * 1.12))
    return np.fft.irfft(spectrum[: count // 4 + 1], count // 2) / 2 if halves else np.fft.irfft(spectrum, count)


def _doubled(signal: np.ndarray) -> np.ndarray:
    return 2 * np.fft.irfft(np.fft.rfft(signal), 2 * len(signal))


def _ramp(hertz: np.ndarray, start: float, end: float) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(np.pi * np.clip((hertz - start) / (end - start), 0, 1))
