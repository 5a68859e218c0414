"""Batches of crops, most of them degraded, with the teacher's embeddings of the clear recordings."""

from dataclasses import dataclass

import keras
import numpy as np

from visavox_training.fine_tuning.degradation import SAMPLE_RATE, degraded
from visavox_training.fine_tuning.recordings import Recordings


@dataclass(frozen=True)
class Speech:
    """Pieces of recordings, varied, that crops are taken from.

    Attributes:
        waveforms: [n, samples].
        teachers: [n, d], what the teacher makes of each.
    """

    waveforms: np.ndarray
    teachers: np.ndarray


def varied_pieces(recordings: Recordings, count: int, *, seconds: float, seed: int) -> np.ndarray:
    """[count, samples]: pieces of recordings, every person as often as the others, each a little faster or slower and
    through another room or microphone than it was, so that few recordings are many."""
    rng = np.random.default_rng((seed, 2))
    names = sorted(set(recordings.people))
    rows = {name: [row for row, person in enumerate(recordings.people) if person == name] for name in names}
    order = [names[at] for _ in range(-(-count // len(names))) for at in rng.permutation(len(names))][:count]
    samples = round(seconds * SAMPLE_RATE)
    chosen = [recordings.waveforms[rows[name][rng.integers(len(rows[name]))]] for name in order]
    return np.stack([cropped(_varied(waveform, rng), samples, rng) for waveform in chosen])


class DegradedSpeech(keras.utils.PyDataset):
    """Every batch is drawn from (seed, epoch, batch): whoever asks again, or anew after a crash, gets the same bits.

    Args:
        speech: what crops are taken from.
        steps: batches in an epoch.
        batch: crops in a batch.
        clear: share of a batch that stays clear, so that what was well known stays known.
        seconds: length of a crop.
        seed: of all draws.

    `epoch` is set from outside before each epoch: it is not counted here, so that an epoch can be gone on with.
    """

    def __init__(self, speech: Speech, *, steps=20, batch=16, clear=0.25, seconds=1.5, seed=0):
        super().__init__()
        self.speech, self.steps = speech, steps
        self.batch = min(batch, len(speech.waveforms))
        self.clear = round(self.batch * clear)
        self.samples = round(seconds * SAMPLE_RATE)
        self.seed, self.epoch = seed, 0

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        chosen = self._chosen(self.epoch * self.steps + index)
        rng = np.random.default_rng((self.seed, self.epoch, index))
        crops = [cropped(self.speech.waveforms[one], self.samples, rng) for one in chosen]
        crops = [crop if at < self.clear else degraded(crop, rng) for at, crop in enumerate(crops)]
        return np.stack(crops), self.speech.teachers[chosen]

    def _chosen(self, step: int) -> np.ndarray:
        """All pieces are heard once before any is heard again."""
        a_round = len(self.speech.waveforms) // self.batch
        order = np.random.default_rng((self.seed, 3, step // a_round)).permutation(len(self.speech.waveforms))
        return order[step % a_round * self.batch :][: self.batch]


def cropped(waveform: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """A piece of this many samples from anywhere in a recording."""
    long_enough = np.tile(waveform, -(-samples // len(waveform)))
    start = int(rng.integers(0, len(long_enough) - samples + 1))
    return long_enough[start : start + samples].astype(np.float32)


def _varied(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to 15 % faster or slower, and every part of the spectrum up to 4 dB louder or softer."""
    factor = rng.uniform(0.87, 1.15)
    count = max(2, int(len(waveform) / factor))
    moved = np.interp(np.arange(count) * factor, np.arange(len(waveform)), waveform)
    spectrum = np.fft.rfft(moved)
    decibels = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, 7), rng.uniform(-4, 4, 7))
    return np.fft.irfft(spectrum * 10 ** (decibels / 20), count).astype(np.float32)
