"""Lossy speech coding in numpy: what telephones and messengers leave of a voice, without their bit streams.

None of these is a standard's codec. Each loses what one family of them loses, with strengths that are drawn anew for
each recording, so that a network learns the family and not a product.
"""

import numpy as np

_MU = 255


def mu_law(samples: np.ndarray) -> np.ndarray:
    """Eight bits a sample on the mu-law curve (ITU-T G.711), -1..1."""
    x = np.clip(samples, -1, 1)
    compressed = np.sign(x) * np.log1p(_MU * np.abs(x)) / np.log1p(_MU)
    quantised = np.round(compressed * 127) / 127
    return np.sign(quantised) * ((1 + _MU) ** np.abs(quantised) - 1) / _MU


def adaptive_differential(samples: np.ndarray, bits: int) -> np.ndarray:
    """Differences to the sample before, in steps that grow and shrink with the signal: `bits` (2 to 5) a sample."""
    largest = 2 ** (bits - 1) - 1
    predicted, step, out = 0.0, 0.002, []
    for sample in samples.tolist():
        difference = sample - predicted
        magnitude = min(largest, int(abs(difference) / step))
        change = step * (magnitude + 0.5)
        predicted = max(-1.0, min(1.0, predicted + (change if difference >= 0 else -change)))
        out.append(predicted)
        step = max(2e-4, min(0.5, step * (0.9 if magnitude <= largest // 2 else 1.0 + 0.6 * magnitude / largest)))
    return np.array(out)


def predictive(
    samples: np.ndarray, *, order: int, spacing: int, levels: int, rounding: float, frame: int = 160
) -> np.ndarray:
    """Linear prediction: a spectral envelope for each frame, driven by a thinned out and coarsely rounded excitation.

    Args:
        samples: [n].
        order: of the envelope.
        spacing: every so many samples of the excitation one is kept, the rest is zero.
        levels: to which the excitation is rounded on either side of zero.
        rounding: step of the envelope's reflection coefficients, on the scale of their arcsine.
        frame: samples for which one envelope holds.
    """
    count = -(-len(samples) // frame)
    padded = np.pad(samples, (frame // 2 + order, count * frame - len(samples) + frame))
    start = frame // 2 + order
    about = np.arange(count)[:, None] * frame
    windowed = padded[about + np.arange(2 * frame)] * np.hanning(2 * frame)
    envelopes = _envelopes(windowed, order, rounding)
    history = padded[about + start - order + np.arange(frame + order)]
    lagged = np.lib.stride_tricks.sliding_window_view(history, order + 1, axis=1)
    excitation = np.einsum("fnk,fk->fn", lagged, envelopes[:, ::-1])
    widened = envelopes * 0.99 ** np.arange(order + 1)
    spectrum = np.fft.rfft(_thinned(excitation, spacing, levels), 4 * frame) / np.fft.rfft(widened, 4 * frame)
    spoken = np.fft.irfft(spectrum, 4 * frame)
    # Each frame as loud as it was, whatever the rounding left of its excitation.
    loudness = np.sum(history[:, order:] ** 2, axis=1) / (np.sum(spoken**2, axis=1) + 1e-12)
    spoken *= np.sqrt(loudness)[:, None]
    out = np.zeros((count + 3) * frame)
    for part in range(4):
        out[part * frame : (part + count) * frame] += spoken[:, part * frame : (part + 1) * frame].ravel()
    return out[: len(samples)]


def _envelopes(windowed: np.ndarray, order: int, rounding: float) -> np.ndarray:
    """Prediction error filters [frames, order + 1] by Levinson and Durbin, of rounded reflection coefficients."""
    power = np.abs(np.fft.rfft(windowed, 2 * windowed.shape[1])) ** 2
    correlation = np.fft.irfft(power)[:, : order + 1]
    correlation[:, 0] = correlation[:, 0] * 1.0005 + 1e-9
    exact = rounded = np.ones((len(windowed), 1))
    error = correlation[:, :1]
    for at in range(1, order + 1):
        reflected = -np.sum(exact * correlation[:, at:0:-1], axis=1, keepdims=True) / error
        error = error * (1 - reflected**2)
        angle = np.round(np.arcsin(np.clip(reflected, -0.99, 0.99)) / rounding) * rounding
        exact = _longer(exact, reflected)
        rounded = _longer(rounded, np.clip(np.sin(angle), -0.99, 0.99))
    return rounded


def _longer(filters: np.ndarray, reflected: np.ndarray) -> np.ndarray:
    grown = np.pad(filters, ((0, 0), (0, 1)))
    return grown + reflected * grown[:, ::-1]


def _thinned(excitation: np.ndarray, spacing: int, levels: int) -> np.ndarray:
    """[frames, samples]: of each frame the strongest of the grids with this spacing, rounded."""
    grids = [np.arange(excitation.shape[1]) % spacing == phase for phase in range(spacing)]
    energies = np.stack([np.sum(excitation[:, grid] ** 2, axis=1) for grid in grids])
    kept = np.where(np.stack(grids)[energies.argmax(0)], excitation, 0)
    largest = np.abs(kept).max(axis=1, keepdims=True) + 1e-9
    return np.round(kept / largest * levels) / levels * largest


def spectral(
    samples: np.ndarray, rng: np.random.Generator, *, frame: int, step: float, floor_db: float, fills: bool
) -> np.ndarray:
    """A transform codec: overlapping cosine transforms, each band rounded in steps of its own size.

    Args:
        samples: [n].
        rng: of the noise that fills bands.
        frame: samples from one transform to the next.
        step: size of a step relative to the level of its band.
        floor_db: bands that are so much weaker than the strongest of the frame are not coded.
        fills: puts noise of the same level where nothing is coded, otherwise silence.
    """
    count = -(-len(samples) // frame) + 1
    padded = np.pad(samples, (frame, count * frame - len(samples)))
    window = np.sin(np.pi * (np.arange(2 * frame) + 0.5) / (2 * frame))
    phases = (np.arange(2 * frame)[:, None] + 0.5 + frame / 2) * (np.arange(frame)[None] + 0.5)
    waves = np.cos(np.pi / frame * phases) * window[:, None]
    frames = padded[np.arange(count)[:, None] * frame + np.arange(2 * frame)]
    coefficients = frames @ waves
    edges = np.unique(np.round(frame * np.linspace(0.12, 1, 22) ** 1.8).astype(int))
    edges[0] = 0
    widths = np.diff(edges)
    levels = np.sqrt(np.add.reduceat(coefficients**2, edges[:-1], axis=1) / widths) + 1e-9
    coded = np.repeat(levels > levels.max(axis=1, keepdims=True) * 10 ** (floor_db / 20), widths, axis=1)
    level = np.repeat(levels, widths, axis=1)
    rounded = np.round(coefficients / (level * step)) * level * step
    noise = level * rng.standard_normal(level.shape) if fills else 0 * level
    back = np.where(coded, rounded, noise) @ waves.T * (2 / frame)
    out = np.zeros((count + 1) * frame)
    out[: count * frame] += back[:, :frame].ravel()
    out[frame:] += back[:, frame:].ravel()
    return out[frame : frame + len(samples)]
