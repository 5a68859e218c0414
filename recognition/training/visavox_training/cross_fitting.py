"""Chooses how to adapt a head, and shows what it is worth on people that it did not learn from."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visavox_training.adaptation import Adaptation, Population, candidates
from visavox_training.feature_table import FeatureTable
from visavox_training.head import HeadWeights
from visavox_training.trials import Claims, Comparisons, Trials
from visavox_training.verification import Verification, verification_of

MOST_FOLDS = 4
FEWEST_IN_FOLD = 4
MOST_PEOPLE_JUDGED = 400
HALVES = 40
MOST_MISSED = 0.6
MISSED_OF_PEOPLE = 6
# In bits: so much may telling clear recordings apart cost more, where templates with copies gain more by that.
MOST_PAID_FOR_COPIES = 0.005


@dataclass(frozen=True)
class CrossFit:
    """What folds of people say.

    Attributes:
        chosen: the adaptation that did best over all folds; None if none beat the champion.
        copies: whether templates of recordings and copies of them did better than those of recordings alone.
        embeddings: [n, d], each under a head that was not fitted on its person's fold.
        folds: [n]; only rows of one fold were embedded by one head, and may be compared.
        champion, adapted: figures of recordings, compared within folds.
        share_of_halves: in how many random halves of the people adapting costs less.
    """

    chosen: Adaptation | None
    copies: bool
    embeddings: np.ndarray
    folds: np.ndarray
    champion: Verification
    adapted: Verification
    share_of_halves: float


def folds_of(people: list[str], apart: frozenset[str] = frozenset()) -> dict[str, int]:
    """A fold for each person, by a hash of the id; of people who were found to be one, for them together.

    Args:
        people: all of them.
        apart: of them, those who are to be one fold, the first: only people of one fold can be compared.
    """
    others = [person for person in people if person not in apart]
    if not apart or not others:
        apart, others = frozenset(), people
    own = 1 if apart else 0
    count = max(1, min(MOST_FOLDS - own, len(others) // FEWEST_IN_FOLD))
    by_hash = sorted(others, key=lambda person: hashlib.sha256(f"fold:{person}".encode()).digest())
    return {**dict.fromkeys(sorted(apart), 0), **{person: own + index % count for index, person in enumerate(by_hash)}}


def cross_fit(
    table: FeatureTable, champion: HeadWeights, seed: int, progress: Callable[[str], None], apart: bool = False
) -> CrossFit:
    """Fits every candidate without each fold in turn, and chooses the one that does best on the folds.

    One for all folds, since scores under different adaptations cannot be put together. That is a choice of a few among
    people who are then judged by it; the head itself is never fitted on them.

    `apart`: what came in clear is compared with templates of recordings alone, whatever the others are made of.
    """
    # Whom the network in front was not just fine-tuned to: these alone say how a candidate does.
    unheard = frozenset(table.identities[~table.heard]) if table.heard.any() else frozenset()
    fold_of = folds_of(sorted(set(table.identities)), unheard)
    folds = np.array([fold_of[identity] for identity in table.identities])
    grid: list[Adaptation | None] = [None, *candidates()]
    ways = (False, True) if table.enrols.any() else (False,)
    judged = _judged(table)
    everyone = sorted(set(table.people))
    heads: list[list[HeadWeights]] = [[] for _ in grid]
    claims: list[Claims] = []
    scores: dict[tuple[int, bool], list[np.ndarray]] = {(head, way): [] for head in range(len(grid)) for way in ways}
    for fold in range(folds.max() + 1):
        outside = table.rows(folds != fold)
        population = Population(outside.features, outside.people, outside.copies)
        rows = table.rows((folds == fold) & judged)
        comparisons = Comparisons(rows, everyone)
        claims.append(comparisons.claims)
        for index, adaptation in enumerate(grid):
            head = champion if adaptation is None else population.head(adaptation)
            heads[index].append(head)
            embeddings = head.apply(rows.features)
            for copies in ways:
                scores[index, copies].append(comparisons.scores(embeddings, copies, apart))
        progress(f"fold {fold + 1} of {folds.max() + 1}: {len(outside.features)} rows to learn from")
    of_all_folds = Claims.joined(claims)
    trials = {way: Trials(np.concatenate(of_folds), of_all_folds) for way, of_folds in scores.items()}
    costs = _costs(trials)
    head, copies = _careful(costs, len(fold_of))
    best = min(costs.values())
    progress(
        f"the champion costs {costs[0, False]:.4f}, the best of {len(costs)} ways {best:.4f}, "
        f"the one that is careful enough {costs[head, copies]:.4f}"
    )
    return CrossFit(
        chosen=grid[head],
        copies=copies,
        embeddings=_embedded(table.features, folds, heads[head]),
        folds=folds,
        champion=verification_of(*trials[0, False].recordings()),
        adapted=verification_of(*trials[head, copies].recordings()),
        share_of_halves=_share_of_halves(trials[0, False], trials[head, copies], seed),
    )


def _embedded(features: np.ndarray, folds: np.ndarray, heads: list[HeadWeights]) -> np.ndarray:
    """Each row under its own fold's head, [n, d]."""
    embeddings = np.zeros(features.shape, np.float32)
    for fold, head in enumerate(heads):
        embeddings[folds == fold] = head.apply(features[folds == fold])
    return embeddings


def _costs(trials: dict[tuple[int, bool], Trials]) -> dict[tuple[int, bool], float]:
    """Of each way; infinite for one that tells recordings apart worse than the champion does, whatever copies say."""
    most = trials[0, False].cost_of_recordings()
    return {
        (head, copies): of.cost()
        if of.cost_of_recordings() <= most + (MOST_PAID_FOR_COPIES if copies else 0)
        else np.inf
        for (head, copies), of in trials.items()
    }


def _careful(costs: dict[tuple[int, bool], float], people: int) -> tuple[int, bool]:
    """The first, hence most careful head that gains nearly as much as the best; the fewer people, the less it need be.

    What wins by little among few people wins by chance, and the bold heads have the most chances. Copies are not
    learned: templates have them if the best way has.
    """
    best_way = min(costs, key=costs.__getitem__)
    costs = {way: cost for way, cost in costs.items() if way[1] == best_way[1] or way == (0, False)}
    best = costs[best_way]
    most = best + min(MOST_MISSED, MISSED_OF_PEOPLE / people) * (costs[0, False] - best)
    return next(option for option, cost in costs.items() if cost <= most)


def _judged(table: FeatureTable) -> np.ndarray:
    """Rows of at most so many people: more of them say the same at a higher price.

    Of those with copies where not everyone has some, so that all ways are judged on the same people.
    """
    people = set(table.people[table.copies]) or set(table.people)
    by_hash = sorted(people, key=lambda person: hashlib.sha256(f"judged:{person}".encode()).digest())
    return np.isin(table.people, by_hash[:MOST_PEOPLE_JUDGED])


def _share_of_halves(before: Trials, after: Trials, seed: int) -> float:
    """Half-sampling varies about as much as drawing new people would: what wins in most halves is no accident."""
    generator = np.random.default_rng(seed)
    people = np.unique(before.claims.claimed)
    wins = 0.0
    for _ in range(HALVES):
        half = generator.permutation(people)[: (len(people) + 1) // 2]
        old, new = before.of(half).cost(), after.of(half).cost()
        wins += 1.0 if new < old else 0.5 if new == old else 0.0
    return wins / HALVES
