"""What a listener hears, and how often it is wrong."""

from dataclasses import dataclass

import keras
import numpy as np
import torch

from visavox_training.digit_recogniser import BLANK, build_digit_recogniser, build_speech_spectrum


class Ear:
    """Hears digits with a listener as it is at that moment."""

    def __init__(self, listener: keras.Model):
        self._spectrum, self._recogniser = build_speech_spectrum(), build_digit_recogniser(listener)

    def hear(self, samples: np.ndarray) -> str:
        """The digits in 16 kHz samples [n], by the most probable answer of each frame."""
        with torch.no_grad():
            waveform = torch.from_numpy(samples[None].astype(np.float32))
            answers = self._recogniser(self._spectrum(waveform), training=False)[0].numpy().argmax(axis=1)
        changes = np.flatnonzero(np.diff(answers, prepend=-1))
        return "".join(str(answer) for answer in answers[changes] if answer != BLANK)


@dataclass(frozen=True)
class Errors:
    """Digits that were said, and the fewest insertions, deletions and replacements that explain what was heard."""

    digits: int = 0
    errors: int = 0

    @property
    def rate(self) -> float:
        return self.errors / max(1, self.digits)

    def and_heard(self, said: str, heard: str) -> "Errors":
        return Errors(self.digits + len(said), self.errors + edits(said, heard))


def edits(said: str, heard: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(heard) + 1))
    for at, digit in enumerate(said, start=1):
        before, row = row, [at]
        for other_at, other in enumerate(heard, start=1):
            row.append(min(row[-1] + 1, before[other_at] + 1, before[other_at - 1] + (digit != other)))
    return row[-1]
