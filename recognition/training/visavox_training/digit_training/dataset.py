"""Batches of spectra with what is said in each."""

import keras
import numpy as np

from visavox_training.digit_recogniser import LogMelSpectrum, Standardise
from visavox_training.digit_speech import Utterance, spoil

FEWEST_FRAMES, MOST_FRAMES = 60, 480
"""More words than frames cannot be learnt; longer recordings than a sign-in's are rare."""


def spoilt_spectra(utterances: list[Utterance], *, copies: int, seed: int) -> tuple[list[np.ndarray], list[str]]:
    """Standardised spectra [frames, 40] of spoilt copies, and what is said in each."""
    import torch

    generator = np.random.default_rng(seed)
    spectrum, standardise = LogMelSpectrum(), Standardise()
    spectra, digits = [], []
    for utterance in utterances:
        for _ in range(copies):
            samples = spoil(utterance.samples, generator)
            with torch.no_grad():
                frames = standardise(spectrum(torch.from_numpy(samples[None])))[0].numpy()
            if FEWEST_FRAMES <= len(frames) <= MOST_FRAMES:
                spectra.append(frames.astype(np.float16))
                digits.append(utterance.digits)
    return spectra, digits


class SpokenDigits(keras.utils.PyDataset):
    """Recordings of about equal length together. Every batch is drawn from (seed, epoch, batch).

    A batch is (spectra [n, frames, 40], targets [n, 2 + most digits]): see `TranscriptionLoss` for the second.

    Args:
        spectra: one array [frames, 40] a recording.
        digits: what is said in each.
        batch: recordings in a batch; what does not fill the last one of an epoch is left for other epochs.
        seed: of all draws.

    `epoch` is set from outside before each epoch: it is not counted here, so that an epoch can be gone on with.
    """

    def __init__(self, spectra: list[np.ndarray], digits: list[str], *, batch: int = 32, seed: int = 0):
        super().__init__()
        self.spectra, self.digits = spectra, digits
        self.batch = min(batch, len(spectra))
        self.seed, self.epoch = seed, 0
        self._order: tuple[int, list[np.ndarray]] = (-1, [])

    def __len__(self):
        return len(self.spectra) // self.batch

    def __getitem__(self, index):
        chosen = self._batches()[index]
        generator = np.random.default_rng((self.seed, self.epoch, index))
        spectra = [_varied(self.spectra[one].astype(np.float32), generator) for one in chosen]
        digits = [self.digits[one] for one in chosen]
        lengths = [len(one) for one in spectra]
        batch = np.zeros((len(chosen), max(lengths), spectra[0].shape[1]), np.float32)
        targets = np.zeros((len(chosen), 2 + max(1, *map(len, digits))), np.int64)
        for row, (spectrum, said) in enumerate(zip(spectra, digits, strict=True)):
            batch[row] = spectrum.min()
            batch[row, : len(spectrum)] = spectrum
            # The network answers every second frame.
            targets[row, :2] = (len(spectrum) + 1) // 2, len(said)
            targets[row, 2 : 2 + len(said)] = [int(digit) for digit in said]
        return batch, targets

    def _batches(self) -> list[np.ndarray]:
        if self._order[0] != self.epoch:
            generator = np.random.default_rng((self.seed, self.epoch))
            lengths = np.array([len(one) for one in self.spectra]) + generator.normal(0, 15, len(self.spectra))
            order = np.argsort(lengths)
            batches = [order[at * self.batch : (at + 1) * self.batch] for at in range(len(self))]
            generator.shuffle(batches)
            self._order = (self.epoch, batches)
        return self._order[1]


def _varied(spectrum: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Another length of the vocal tract, and some bands and moments missing (Park et al., 2019)."""
    warped = _warp(spectrum, generator)
    bands = warped.shape[1]
    for _ in range(2):
        low = int(generator.integers(0, bands - 6))
        warped[:, low : low + int(generator.integers(0, 6))] = 0
        start = int(generator.integers(0, max(1, len(warped) - 8)))
        warped[start : start + int(generator.integers(0, 8))] = 0
    return warped


def _warp(spectrum: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    bands = spectrum.shape[1]
    at = np.clip(np.arange(bands) * generator.uniform(0.88, 1.14), 0, bands - 1)
    low = np.minimum(at.astype(int), bands - 2)
    share = (at - low).astype(np.float32)
    return spectrum[:, low] * (1 - share) + spectrum[:, low + 1] * share
