"""Chooses how to adapt a head, and shows what it is worth on people that it did not learn from."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visavox_training.adaptation import Adaptation, Population, candidates
from visavox_training.feature_table import FeatureTable
from visavox_training.head import HeadWeights
from visavox_training.trials import Trials, trials_of
from visavox_training.verification import Verification, verification_of

MOST_FOLDS = 4
FEWEST_IN_FOLD = 4
MOST_PEOPLE_JUDGED = 400
HALVES = 40


@dataclass(frozen=True)
class CrossFit:
    """What folds of people say.

    Attributes:
        chosen: the adaptation that did best over all folds; None if none beat the champion.
        embeddings: [n, d], each under a head that was not fitted on its person's fold.
        folds: [n]; only rows of one fold were embedded by one head, and may be compared.
        champion, adapted: figures of recordings, compared within folds.
        share_of_halves: in how many random halves of the people adapting costs less.
    """

    chosen: Adaptation | None
    embeddings: np.ndarray
    folds: np.ndarray
    champion: Verification
    adapted: Verification
    share_of_halves: float


def folds_of(people: list[str]) -> dict[str, int]:
    """A fold for each person, by a hash of the id."""
    count = max(1, min(MOST_FOLDS, len(people) // FEWEST_IN_FOLD))
    by_hash = sorted(people, key=lambda person: hashlib.sha256(f"fold:{person}".encode()).digest())
    return {person: index % count for index, person in enumerate(by_hash)}


def cross_fit(table: FeatureTable, champion: HeadWeights, seed: int, progress: Callable[[str], None]) -> CrossFit:
    """Fits every candidate without each fold in turn, and chooses the one that does best on the folds.

    One for all folds, since scores under different adaptations cannot be put together. That is a choice of a few among
    people who are then judged by it; the head itself is never fitted on them.
    """
    fold_of = folds_of(sorted(set(table.people)))
    folds = np.array([fold_of[person] for person in table.people])
    grid: list[Adaptation | None] = [None, *candidates()]
    judged = _judged(table)
    embedded = np.zeros((len(grid), *table.features.shape), np.float32)
    trials: list[list[Trials]] = [[] for _ in grid]
    for fold in range(folds.max() + 1):
        inside, outside = folds == fold, table.rows(folds != fold)
        population = Population(outside.features, outside.people, outside.copies)
        for index, adaptation in enumerate(grid):
            head = champion if adaptation is None else population.head(adaptation)
            embedded[index, inside] = head.apply(table.features[inside])
            trials[index].append(trials_of(embedded[index, inside & judged], table.rows(inside & judged)))
        progress(f"fold {fold + 1} of {folds.max() + 1}: {len(outside.features)} rows to learn from")
    joined = [Trials.joined(of_folds) for of_folds in trials]
    costs = _costs(joined)
    best = int(np.argmin(costs))
    progress(f"the champion costs {costs[0]:.4f}, the best of {len(grid)} heads {min(costs):.4f}")
    return CrossFit(
        chosen=grid[best],
        embeddings=embedded[best],
        folds=folds,
        champion=verification_of(*joined[0].recordings()),
        adapted=verification_of(*joined[best].recordings()),
        share_of_halves=_share_of_halves(joined[0], joined[best], seed),
    )


def _costs(trials: list[Trials]) -> list[float]:
    """Of each candidate; infinite for one that tells recordings apart worse than the champion, whatever copies say."""
    most = trials[0].cost_of_recordings()
    return [one.cost() if one.cost_of_recordings() <= most else np.inf for one in trials]


def _judged(table: FeatureTable) -> np.ndarray:
    """Rows of at most so many people: more of them say the same at a higher price."""
    by_hash = sorted(set(table.people), key=lambda person: hashlib.sha256(f"judged:{person}".encode()).digest())
    return np.isin(table.people, by_hash[:MOST_PEOPLE_JUDGED])


def _share_of_halves(before: Trials, after: Trials, seed: int) -> float:
    """Half-sampling varies about as much as drawing new people would: what wins in most halves is no accident."""
    generator = np.random.default_rng(seed)
    people = np.unique(before.claimed)
    wins = 0.0
    for _ in range(HALVES):
        half = generator.permutation(people)[: (len(people) + 1) // 2]
        old, new = before.of(half).cost(), after.of(half).cost()
        wins += 1.0 if new < old else 0.5 if new == old else 0.0
    return wins / HALVES
