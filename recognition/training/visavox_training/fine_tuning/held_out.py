"""How the network does on people whom it does not learn from."""

from dataclasses import dataclass

import numpy as np
import torch

from visavox_training.fine_tuning.dataset import cropped
from visavox_training.fine_tuning.degradation import SAMPLE_RATE, degraded
from visavox_training.fine_tuning.recordings import Recordings
from visavox_training.verification import verification_of


@dataclass(frozen=True)
class HeldOutFigures:
    """Enrolled in clear; `clear` and `degraded` are what is tried.

    Attributes:
        clear_min_cllr, degraded_min_cllr: in bits, 0 is perfect, 1 says nothing.
        clear_eer, degraded_eer: equal error rates.
        alike: mean cosine of clear recordings of different people; near 1 the embedding has collapsed.
    """

    clear_min_cllr: float
    degraded_min_cllr: float
    clear_eer: float
    degraded_eer: float
    alike: float


class HeldOutPeople:
    """Fixed crops of people, clear and degraded, that a network is tried on again and again.

    Args:
        recordings: of people with at least two recordings each.
        seconds: length of a crop.
        most: recordings that are used, at most; drawn from the seed.
        each: of one person, at most.
        seed: of crops and degradations.
    """

    def __init__(self, recordings: Recordings, *, seconds: float = 2.0, most: int = 64, each: int = 4, seed: int = 0):
        rng = np.random.default_rng((seed, 1))
        names, counts = np.unique(recordings.people, return_counts=True)
        people = [str(name) for name in rng.permutation(names[counts >= 2])]
        rows = [row for name in people for row in np.flatnonzero(np.array(recordings.people) == name)[:each]][:most]
        self.people = np.array([recordings.people[row] for row in rows])
        samples = round(seconds * SAMPLE_RATE)
        crops = [cropped(recordings.waveforms[row], samples, rng) for row in rows]
        self.clear = np.array(crops, np.float32).reshape(len(crops), samples)
        self.degraded = np.array([degraded(crop, rng) for crop in crops], np.float32).reshape(self.clear.shape)

    @property
    def count(self) -> int:
        """People."""
        return len(set(self.people))

    def figures(self, model) -> HeldOutFigures:
        """Of a model that takes [n, samples] to [n, d] of unit length."""
        clear, worse = embed(model, self.clear), embed(model, self.degraded)
        if not np.isfinite(clear).all() or not np.isfinite(worse).all():
            return HeldOutFigures(*[float("nan")] * 5)
        names, index = np.unique(self.people, return_inverse=True)
        sums = np.zeros((len(names), clear.shape[1]))
        np.add.at(sums, index, clear)
        others = ~(np.arange(len(names))[None] == index[:, None])

        def tried(probes):
            own = np.sum(probes * _unit(sums[index] - clear), axis=1)
            return verification_of(own, (probes @ _unit(sums).T)[others])

        near, far = tried(clear), tried(worse)
        alike = float(np.mean((clear @ clear.T)[index[:, None] != index[None]]))
        return HeldOutFigures(near.min_cllr, far.min_cllr, near.eer, far.eer, alike)


def embed(model, waveforms: np.ndarray, batch: int = 4) -> np.ndarray:
    """[n, samples] to [n, d]."""
    with torch.no_grad():
        parts = [model(torch.from_numpy(waveforms[at : at + batch])) for at in range(0, len(waveforms), batch)]
    return np.concatenate([part.cpu().numpy() for part in parts])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
