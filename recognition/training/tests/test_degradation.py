"""Simulated lines and codecs: what each of them loses, and that the same draws give the same samples."""

import numpy as np
import pytest

from visavox_training.fine_tuning.codecs import adaptive_differential, mu_law, predictive, spectral
from visavox_training.fine_tuning.degradation import degraded


def vowels(seconds: float = 1.0, rate: int = 16_000) -> np.ndarray:
    """A buzz through resonances that move, which is what a voice is to a codec."""
    rng = np.random.default_rng(1)
    count = int(seconds * rate)
    buzz = np.where(np.arange(count) % (rate // 120) == 0, 1.0, 0.02 * rng.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    shape = sum(1 / (1 + ((hertz - formant) / 90) ** 2) for formant in (500, 1500, 2500, 5500))
    voice = np.fft.irfft(np.fft.rfft(buzz) * shape, count)
    return (0.06 * voice / voice.std()).astype(np.float32)


def noise_db(signal: np.ndarray, coded: np.ndarray) -> float:
    """Power of the difference relative to the signal's."""
    return float(10 * np.log10(np.mean((signal - coded) ** 2) / np.mean(signal**2)))


def share_above(signal: np.ndarray, hertz: float) -> float:
    power = np.abs(np.fft.rfft(signal)) ** 2
    return float(power[np.fft.rfftfreq(len(signal), 1 / 16_000) > hertz].sum() / power.sum())


def test_finer_codecs_lose_less() -> None:
    voice = vowels(rate=8_000)
    rng = np.random.default_rng(0)
    assert noise_db(voice, mu_law(voice)) < -30
    assert noise_db(voice, adaptive_differential(voice, 5)) < noise_db(voice, adaptive_differential(voice, 2)) < -3
    fine, coarse = (
        predictive(voice, order=10, spacing=spacing, levels=levels, rounding=0.02)
        for spacing, levels in ((1, 64), (4, 1))
    )
    assert noise_db(voice, fine) < -8 < noise_db(voice, coarse)
    exact = spectral(voice, rng, frame=160, step=0.01, floor_db=-120, fills=False)
    rough = spectral(voice, rng, frame=160, step=2.5, floor_db=-15, fills=False)
    assert noise_db(voice, exact) < -40 < noise_db(voice, rough)


@pytest.mark.parametrize("spacing", [1, 3, 4])
def test_predictive_coding_is_as_loud_as_what_it_codes(spacing: int) -> None:
    voice = vowels(rate=8_000)
    coded = predictive(voice, order=12, spacing=spacing, levels=2, rounding=0.15)
    assert abs(10 * np.log10(np.mean(coded**2) / np.mean(voice**2))) < 3


def test_lines_are_mostly_narrow_and_always_as_long_as_what_went_in() -> None:
    voice = vowels()
    lines = [degraded(voice[: 16_000 - seed], np.random.default_rng(seed)) for seed in range(24)]
    assert [len(line) for line in lines] == [16_000 - seed for seed in range(24)]
    assert all(line.dtype == np.float32 and np.isfinite(line).all() and np.abs(line).max() <= 1 for line in lines)
    narrow = sum(share_above(line, 4_100) < 1e-3 for line in lines)
    assert 12 <= narrow < 24


def test_the_same_draws_give_the_same_samples() -> None:
    voice = vowels()
    one, other = (degraded(voice, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, degraded(voice, np.random.default_rng(8)))


def test_silence_stays_finite() -> None:
    for seed in range(12):
        assert np.isfinite(degraded(np.zeros(8_000, np.float32), np.random.default_rng(seed))).all()
