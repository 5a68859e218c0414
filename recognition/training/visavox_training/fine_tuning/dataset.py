"""Batches of crops, most of them degraded, with the teacher's embeddings of the clear recordings."""

import keras
import numpy as np

from visavox_training.fine_tuning.degradation import SAMPLE_RATE, degraded


class DegradedRecordings(keras.utils.PyDataset):
    """Every batch is drawn from (seed, epoch, batch): whoever asks again, or anew after a crash, gets the same bits.

    Args:
        waveforms: one array a recording, 16 kHz mono, -1 to 1; shorter ones than a crop are repeated.
        teachers: [recordings, d].
        batch: recordings in a batch; what does not fill the last one of an epoch is left for other epochs.
        clear: share of a batch that stays clear, so that what was well known stays known.
        seconds: length of a crop.
        seed: of all draws.

    `epoch` is set from outside before each epoch: it is not counted here, so that an epoch can be gone on with.
    """

    def __init__(self, waveforms, teachers, *, batch=16, clear=0.25, seconds=2.0, seed=0):
        super().__init__()
        self.waveforms, self.teachers = waveforms, teachers
        self.batch = min(batch, len(waveforms))
        self.clear = round(self.batch * clear)
        self.samples = round(seconds * SAMPLE_RATE)
        self.seed, self.epoch = seed, 0

    def __len__(self):
        return len(self.waveforms) // self.batch

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.waveforms))
        chosen = order[index * self.batch : (index + 1) * self.batch]
        rng = np.random.default_rng((self.seed, self.epoch, index))
        crops = [cropped(self.waveforms[one], self.samples, rng) for one in chosen]
        crops = [crop if at < self.clear else degraded(crop, rng) for at, crop in enumerate(crops)]
        return np.stack(crops), self.teachers[chosen]


def cropped(waveform: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """A piece of this many samples from anywhere in a recording."""
    long_enough = np.tile(waveform, -(-samples // len(waveform)))
    start = int(rng.integers(0, len(long_enough) - samples + 1))
    return long_enough[start : start + samples].astype(np.float32)
