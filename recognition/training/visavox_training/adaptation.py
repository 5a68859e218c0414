"""Heads in closed form: what a deployment's own people say about the space that they are told apart in.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke, 2006) after centring: directions in which
recordings of one person differ from each other count less, directions that all recordings share count nothing.
Augmented copies are recordings of the same person under other conditions, so what conditions do counts less as well.
"""

from dataclasses import dataclass

import numpy as np

from visavox_training.head import HeadWeights, unit


@dataclass(frozen=True)
class Adaptation:
    """How far a head goes.

    Attributes:
        centring: share of the population's mean direction that is taken away.
        smoothing: of the covariance within people, towards a multiple of the identity, in units of its mean variance;
            None leaves all directions as they are.
        towards_published: share of the published head that is mixed in. It is drawn to that and not to the champion's,
            which may have learned from the very people that folds are judged on.
    """

    centring: float
    smoothing: float | None
    towards_published: float


def candidates() -> list[Adaptation]:
    """From the most careful to the boldest."""
    return [
        Adaptation(centring, smoothing, towards_published)
        for towards_published in (0.5, 0.0)
        for smoothing in (None, 10.0, 3.0, 1.0, 0.3)
        for centring in (0.0, 0.5, 1.0)
        if not (smoothing is None and centring == 0.0)
    ]


class Population:
    """Directions of recordings and copies, by person.

    Args:
        features: [n, d].
        people: [n], ids.
        copies: [n], which rows are augmented copies.
    """

    def __init__(self, features: np.ndarray, people: np.ndarray, copies: np.ndarray):
        self._directions = unit(features.astype(np.float64))
        self._people = people
        self._copies = copies
        names, index = np.unique(people, return_inverse=True)
        # Each person weighs the same, and so do a person's recordings and the copies of them together.
        self._weights = np.zeros(len(people))
        for kind in (False, True):
            rows = copies == kind
            counts = np.bincount(index[rows], minlength=len(names))
            self._weights[rows] = 1.0 / np.maximum(counts[index[rows]], 1)
        self._index, self._count = index, len(names)
        self._spectra: dict[float, tuple[np.ndarray, np.ndarray]] = {}

    def mean(self) -> np.ndarray:
        """The mean direction of recordings (not of copies), [d]."""
        weights = np.where(self._copies, 0.0, self._weights)
        return weights @ self._directions / np.sum(weights)

    def head(self, adaptation: Adaptation) -> HeadWeights:
        """The head of an adaptation that is learned from these people."""
        offset = adaptation.centring * self.mean()
        smoothing = adaptation.smoothing
        kernel = np.eye(len(offset)) if smoothing is None else self._whitening(adaptation.centring, smoothing)
        bias = -offset @ kernel
        share = adaptation.towards_published
        kernel = (1 - share) * kernel + share * np.eye(len(offset))
        bias = (1 - share) * bias
        return HeadWeights(kernel.astype(np.float32), bias.astype(np.float32))

    def _whitening(self, centring: float, smoothing: float) -> np.ndarray:
        values, vectors = self._within_people(centring)
        whitening = (vectors / np.sqrt(values + smoothing * values.mean())) @ vectors.T
        return whitening * (len(whitening) / np.trace(whitening))

    def _within_people(self, centring: float) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues [d] and eigenvectors [d, d] of the covariance within people: the same however it is smoothed."""
        if centring not in self._spectra:
            directions = unit(self._directions - centring * self.mean())
            sums = np.zeros((self._count, directions.shape[1]))
            totals = np.zeros(self._count)
            np.add.at(sums, self._index, self._weights[:, None] * directions)
            np.add.at(totals, self._index, self._weights)
            deviations = (directions - (sums / totals[:, None])[self._index]) * np.sqrt(self._weights)[:, None]
            values, vectors = np.linalg.eigh(deviations.T @ deviations / self._count)
            self._spectra[centring] = np.maximum(values, 0.0), vectors
        return self._spectra[centring]
