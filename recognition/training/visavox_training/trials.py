"""Comparisons of recordings, and of augmented copies, with templates of three recordings."""

import hashlib
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
class Trials:
    """Cosines of claims.

    Attributes:
        scores: [n], cosines.
        genuine: [n], whether claimant and claimed are one person.
        copies: [n], whether the probe is an augmented copy.
        claimed, claimant: [n], ids of persons.
    """

    scores: np.ndarray
    genuine: np.ndarray
    copies: np.ndarray
    claimed: np.ndarray
    claimant: np.ndarray

    @staticmethod
    def joined(parts: "list[Trials]") -> "Trials":
        """All of them as one."""
        names = ("scores", "genuine", "copies", "claimed", "claimant")
        return Trials(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def of(self, people: np.ndarray) -> "Trials":
        """Those in which both are among these people."""
        rows = np.isin(self.claimed, people) & np.isin(self.claimant, people)
        return self._rows(rows)

    def recordings(self) -> tuple[np.ndarray, np.ndarray]:
        """Genuine and impostor scores without copies."""
        return self._split(~self.copies)

    def cost_of_recordings(self) -> float:
        """Minimal Cllr in bits: 0 is perfect, 1 says nothing."""
        return _cost(*self.recordings())

    def cost(self) -> float:
        """The same, in which copies count a little."""
        real = self.cost_of_recordings()
        if not self.copies.any():
            return real
        return (1 - COPIES_WEIGHT) * real + COPIES_WEIGHT * _cost(*self._split(self.copies))

    def _split(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.scores[rows & self.genuine], self.scores[rows & ~self.genuine]

    def _rows(self, rows: np.ndarray) -> "Trials":
        return Trials(self.scores[rows], self.genuine[rows], self.copies[rows], self.claimed[rows], self.claimant[rows])


def trials_of(embeddings: np.ndarray, table: FeatureTable, enrol_copies: bool = False, apart: bool = False) -> Trials:
    """Each person's recordings in turn against a template of the next three, and others' and all copies of them.

    Args:
        embeddings: [n, d], of unit length, of the table's rows.
        table: of people who may be compared with each other.
        enrol_copies: whether templates are made of the recordings' copies too, where the table has some that enrol.
        apart: whether what came in clear is compared with the recordings alone even so.
    """
    names = sorted(set(table.people))
    recordings = [np.flatnonzero((table.people == name) & ~table.copies) for name in names]
    copies_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(table.copies):
        copies_of.setdefault(table.samples[row], []).append(int(row))
    enrolling = {str(table.samples[row]): int(row) for row in np.flatnonzero(table.enrols)} if enrol_copies else {}
    templates: list[np.ndarray] = []
    alone: list[np.ndarray] = []
    probes: list[list[int]] = []
    owners: list[int] = []
    for person, rows in enumerate(recordings):
        for turn in range(min(TURNS, len(rows))) if len(rows) >= 2 else ():
            enrolled = [rows[(turn + 1 + step) % len(rows)] for step in range(min(ENROLLED, len(rows) - 1))]
            beside = [enrolling[sample] for sample in table.samples[enrolled] if sample in enrolling]
            templates.append(unit(embeddings[[*enrolled, *beside]].mean(axis=0)))
            alone.append(unit(embeddings[enrolled].mean(axis=0)))
            row = int(rows[turn])
            copies = copies_of.get(table.samples[row], [])
            # One copy for each probe, in turn: enough to see what conditions do.
            probes.append([row, *copies[turn % len(copies) :][:1]] if copies else [row])
            owners.append(person)
    if not templates:
        empty = np.zeros(0)
        return Trials(empty, empty.astype(bool), empty.astype(bool), empty.astype(str), empty.astype(str))
    owner_of = np.array(owners)
    probe_rows = np.array([row for of_turn in probes for row in of_turn])
    probe_turns = np.array([turn for turn, of_turn in enumerate(probes) for _ in of_turn])
    cosines = np.stack(templates) @ embeddings[probe_rows].T
    if apart and enrol_copies:
        clear = ~table.taken_worse[probe_rows]
        cosines[:, clear] = np.stack(alone) @ embeddings[probe_rows[clear]].T
    claimants = owner_of[probe_turns]
    same_person = owner_of[:, None] == claimants[None, :]
    own_turn = np.arange(len(templates))[:, None] == probe_turns[None, :]
    wanted = own_turn | (~same_person & _claims(names)[owner_of][:, claimants])
    claimed_at, probe_at = np.nonzero(wanted)
    people = np.array(names)
    return Trials(
        scores=cosines[claimed_at, probe_at],
        genuine=same_person[claimed_at, probe_at],
        copies=table.copies[probe_rows][probe_at],
        claimed=people[owner_of[claimed_at]],
        claimant=people[claimants[probe_at]],
    )


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
