"""Comparisons of recordings, and of augmented copies, with templates of three recordings."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavox_training.feature_table import FeatureTable
from visavox_training.head import unit
from visavox_training.verification import verification_of

ENROLLED = 3
TURNS = 6
MOST_CLAIMANTS = 25
COPIES_WEIGHT = 0.3


@dataclass(frozen=True)
class Claims:
    """Who passes for whom; the same under every head, and so kept once for all of them.

    Attributes:
        genuine: [n], whether claimant and claimed are one person.
        copies: [n], whether the probe is an augmented copy.
        claimed, claimant: [n], int32, places of persons in the sorted list of everyone.
    """

    genuine: np.ndarray
    copies: np.ndarray
    claimed: np.ndarray
    claimant: np.ndarray

    @staticmethod
    def joined(parts: "Sequence[Claims]") -> "Claims":
        """All of them as one."""
        names = ("genuine", "copies", "claimed", "claimant")
        return Claims(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def rows(self, chosen: np.ndarray) -> "Claims":
        """Only those that a boolean array chooses."""
        return Claims(self.genuine[chosen], self.copies[chosen], self.claimed[chosen], self.claimant[chosen])


@dataclass(frozen=True)
class Trials:
    """Cosines of claims.

    Attributes:
        scores: [n], cosines.
        claims: [n], what they are scores of.
    """

    scores: np.ndarray
    claims: Claims

    def of(self, people: np.ndarray) -> "Trials":
        """Those in which both are among these people, given by their places."""
        rows = np.isin(self.claims.claimed, people) & np.isin(self.claims.claimant, people)
        return Trials(self.scores[rows], self.claims.rows(rows))

    def recordings(self) -> tuple[np.ndarray, np.ndarray]:
        """Genuine and impostor scores without copies."""
        return self._split(~self.claims.copies)

    def cost_of_recordings(self) -> float:
        """Minimal Cllr in bits: 0 is perfect, 1 says nothing."""
        return _cost(*self.recordings())

    def cost(self) -> float:
        """The same, in which copies count a little."""
        real = self.cost_of_recordings()
        if not self.claims.copies.any():
            return real
        return (1 - COPIES_WEIGHT) * real + COPIES_WEIGHT * _cost(*self._split(self.claims.copies))

    def _split(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.scores[rows & self.claims.genuine], self.scores[rows & ~self.claims.genuine]


class Comparisons:
    """Each person's recordings in turn against a template of the next three, and others' and all copies of them.

    Args:
        table: of people who may be compared with each other.
        everyone: sorted ids, of whom the table's people are some; the table's own by default.
    """

    claims: Claims

    def __init__(self, table: FeatureTable, everyone: Sequence[str] | None = None):
        names = sorted(set(table.people))
        everyone = names if everyone is None else everyone
        copies_of: dict[str, list[int]] = {}
        for row in np.flatnonzero(table.copies):
            copies_of.setdefault(table.samples[row], []).append(int(row))
        enrolling = {str(table.samples[row]): int(row) for row in np.flatnonzero(table.enrols)}
        self._alone: list[list[int]] = []
        self._with_copies: list[list[int]] = []
        probes: list[list[int]] = []
        owners: list[int] = []
        for person, name in enumerate(names):
            rows = np.flatnonzero((table.people == name) & ~table.copies).tolist()
            for turn in range(min(TURNS, len(rows))) if len(rows) >= 2 else ():
                enrolled = [rows[(turn + 1 + step) % len(rows)] for step in range(min(ENROLLED, len(rows) - 1))]
                beside = [enrolling[sample] for sample in table.samples[enrolled] if sample in enrolling]
                self._alone.append(enrolled)
                self._with_copies.append([*enrolled, *beside])
                copies = copies_of.get(table.samples[rows[turn]], [])
                # One copy for each probe, in turn: enough to see what conditions do.
                probes.append([rows[turn], *copies[turn % len(copies) :][:1]] if copies else [rows[turn]])
                owners.append(person)
        self._probe_rows = np.array([row for of_turn in probes for row in of_turn], int)
        self._clear = ~table.taken_worse[self._probe_rows]
        probe_turns = np.array([turn for turn, of_turn in enumerate(probes) for _ in of_turn], int)
        owner_of = np.array(owners, int)
        claimants = owner_of[probe_turns]
        same_person = owner_of[:, None] == claimants[None, :]
        own_turn = np.arange(len(owners))[:, None] == probe_turns[None, :]
        wanted = own_turn | (~same_person & _claims(names)[owner_of][:, claimants])
        self._template_at, self._probe_at = np.nonzero(wanted)
        places = np.searchsorted(everyone, names).astype(np.int32)
        self.claims = Claims(
            genuine=same_person[wanted],
            copies=table.copies[self._probe_rows][self._probe_at],
            claimed=places[owner_of[self._template_at]],
            claimant=places[claimants[self._probe_at]],
        )

    def scores(self, embeddings: np.ndarray, enrol_copies: bool = False, apart: bool = False) -> np.ndarray:
        """The cosine of each claim.

        Args:
            embeddings: [n, d], of unit length, of the table's rows.
            enrol_copies: whether templates are made of the recordings' copies too, where the table has some that enrol.
            apart: whether what came in clear is compared with the recordings alone even so.
        """
        if len(self._probe_rows) == 0:
            return np.zeros(0, embeddings.dtype)
        probes = embeddings[self._probe_rows]
        cosines = _templates(embeddings, self._with_copies if enrol_copies else self._alone) @ probes.T
        if apart and enrol_copies:
            cosines[:, self._clear] = _templates(embeddings, self._alone) @ probes[self._clear].T
        return cosines[self._template_at, self._probe_at]

    def trials(self, embeddings: np.ndarray, enrol_copies: bool = False, apart: bool = False) -> Trials:
        """`scores`, with what they are scores of."""
        return Trials(self.scores(embeddings, enrol_copies, apart), self.claims)


def _templates(embeddings: np.ndarray, enrolled: list[list[int]]) -> np.ndarray:
    return np.stack([unit(embeddings[rows].mean(axis=0)) for rows in enrolled])


def _claims(names: list[str]) -> np.ndarray:
    """Who passes for whom, [people, people]: everyone for everyone, or as many as say something new."""
    if len(names) <= MOST_CLAIMANTS:
        return np.ones((len(names), len(names)), bool)
    seed = int.from_bytes(hashlib.sha256("".join(names).encode()).digest()[:8])
    generator = np.random.default_rng(seed)
    return generator.random((len(names), len(names))) < MOST_CLAIMANTS / len(names)


def _cost(genuine: np.ndarray, impostor: np.ndarray) -> float:
    if len(genuine) == 0 or len(impostor) == 0:
        return 0.0
    return verification_of(genuine, impostor).min_cllr
