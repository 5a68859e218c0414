"""How well embeddings tell people apart, in numpy."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Verification:
    """Each recording against the mean of the same person's others, and against every other person's mean.

    Attributes:
        eer: equal error rate, ISO/IEC 19795-1.
        min_cllr: cost of the log-likelihood ratios after the best monotone calibration, in bits (Bruemmer and du Preez,
            2006): 0 is perfect, 1 says nothing. Smoother than the EER, and it counts every operating point.
    """

    eer: float
    min_cllr: float


def verify(embeddings: np.ndarray, people: np.ndarray) -> Verification:
    """Verification figures.

    Args:
        embeddings: [n, d], of unit length.
        people: [n], ids; at least two people, each with at least two recordings.
    """
    names, index = np.unique(people, return_inverse=True)
    sums = np.zeros((len(names), embeddings.shape[1]))
    np.add.at(sums, index, embeddings)
    scores = embeddings @ _unit(sums).T
    own = np.arange(len(names))[None, :] == index[:, None]
    genuine = np.sum(embeddings * _unit(sums[index] - embeddings), axis=1)
    return verification_of(genuine, scores[~own])


def verification_of(genuine: np.ndarray, impostor: np.ndarray) -> Verification:
    """Verification figures of scores, where higher says genuine."""
    counts = _pooled(genuine, impostor)
    genuine_share = counts[:, 0] / len(genuine)
    impostor_share = counts[:, 1] / len(impostor)
    with np.errstate(divide="ignore"):
        ratio = genuine_share / impostor_share
        genuine_bits = np.where(genuine_share > 0, np.log2(1 + 1 / ratio), 0)
        impostor_bits = np.where(impostor_share > 0, np.log2(1 + ratio), 0)
    cost = 0.5 * (np.sum(genuine_share * genuine_bits) + np.sum(impostor_share * impostor_bits))
    return Verification(eer=_eer(genuine_share, impostor_share), min_cllr=float(cost))


def _pooled(genuine: np.ndarray, impostor: np.ndarray) -> np.ndarray:
    """Counts of genuine and impostor scores in bins of rising likelihood ratio, [bins, 2].

    The pool-adjacent-violators algorithm; its bins are the edges of the ROC's convex hull.
    """
    scores = np.concatenate([genuine, impostor])
    labels = np.concatenate([np.ones(len(genuine)), np.zeros(len(impostor))])
    values, position = np.unique(scores, return_inverse=True)
    counts = np.stack(
        [np.bincount(position, labels, len(values)), np.bincount(position, 1 - labels, len(values))], axis=1
    )
    # Neighbours of one kind fall in one bin anyway: that leaves few for the loop.
    kind = np.where(counts[:, 0] == 0, 0, np.where(counts[:, 1] == 0, 1, np.arange(2, len(counts) + 2)))
    counts = np.add.reduceat(counts, np.flatnonzero(np.diff(kind, prepend=-1)), axis=0)
    bins: list[tuple[float, float]] = []
    for count in counts.tolist():
        genuine_count, impostor_count = count
        while bins and bins[-1][0] * impostor_count >= genuine_count * bins[-1][1]:
            more_genuine, more_impostor = bins.pop()
            genuine_count, impostor_count = genuine_count + more_genuine, impostor_count + more_impostor
        bins.append((genuine_count, impostor_count))
    return np.array(bins)


def _eer(genuine_share: np.ndarray, impostor_share: np.ndarray) -> float:
    """Where the convex hull of the ROC crosses equal errors."""
    miss = np.concatenate([[0.0], np.cumsum(genuine_share)])
    false_match = 1 - np.concatenate([[0.0], np.cumsum(impostor_share)])
    after = int(np.argmax(miss >= false_match))
    before = max(after - 1, 0)
    rise = (miss[after] - miss[before]) - (false_match[after] - false_match[before])
    share = 0.0 if rise == 0 else (false_match[before] - miss[before]) / rise
    return float(miss[before] + share * (miss[after] - miss[before]))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
