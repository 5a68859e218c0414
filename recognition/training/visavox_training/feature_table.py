"""Features of many recordings: what the embedding task writes and training reads."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavox_training.files import write_bytes

LINES = ("telephone", "mobile")
"""Conditions of voices that copies in templates imitate (`ENROLLED_UNDER` in `recognition/augmentation/copies.ts`)."""
SPLITS = ("train", "validation", "evaluation")


class InputError(Exception):
    """What was passed in is not what is expected; the message says what, what was expected and what was received."""


@dataclass(frozen=True)
class FeatureTable:
    """Row i of `features` is the backbone's output for a recording of `people[i]`.

    Attributes:
        features: [n, dimension], float32.
        people: [n], ids of persons.
        splits: [n], each 'train', 'validation' or 'evaluation'.
        samples: [n], ids of recordings; a copy has its recording's.
        copies: [n], whether it is an augmented copy and no recording.
        enrols: [n], whether it is a copy that stands beside its recording in a template, where templates are made so.
        items: [n], the rows as they were read.
    """

    features: np.ndarray
    people: np.ndarray
    splits: np.ndarray
    samples: np.ndarray
    copies: np.ndarray
    enrols: np.ndarray
    items: tuple[dict, ...]

    @property
    def identities(self) -> np.ndarray:
        """[n], equal for people who were found to be one."""
        return np.array([item.get("identity", item["person"]) for item in self.items])

    @property
    def heard(self) -> np.ndarray:
        """[n], whether the network behind the features was just fine-tuned to the person."""
        return np.array([bool(item.get("heard")) for item in self.items], dtype=bool)

    @property
    def taken_worse(self) -> np.ndarray:
        """[n], whether a voice came over such a line as copies in templates imitate, or is such a copy."""
        return np.array([item.get("condition") in LINES for item in self.items], dtype=bool)

    @property
    def dimension(self) -> int:
        return self.features.shape[1]

    def of(self, people: list[str]) -> "FeatureTable":
        """Only the rows of these people."""
        return self.rows(np.isin(self.people, people))

    def recordings(self) -> "FeatureTable":
        """Without the augmented copies."""
        return self.rows(~self.copies)

    def rows(self, chosen: np.ndarray) -> "FeatureTable":
        """Only the rows that a boolean array chooses."""
        items = tuple(item for item, wanted in zip(self.items, chosen, strict=True) if wanted)
        return FeatureTable(
            self.features[chosen],
            self.people[chosen],
            self.splits[chosen],
            self.samples[chosen],
            self.copies[chosen],
            self.enrols[chosen],
            items,
        )

    def people_of(self, *splits: str) -> list[str]:
        """People of these splits with at least two recordings, since one cannot be compared with itself; sorted."""
        people, counts = np.unique(self.people[np.isin(self.splits, splits) & ~self.copies], return_counts=True)
        return [str(person) for person in people[counts >= 2]]


def read_feature_table(path: Path) -> FeatureTable:
    """Reads safetensors with a tensor `features` [n, d] and metadata `items`:
    JSON of [{key, person, sample, split, copy?, enrols?}].

    Raises:
        InputError: the file is missing or holds something else.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise InputError(f"The features {path} do not exist.")
    try:
        with safe_open(path, "numpy") as file:
            features = file.get_tensor("features")
            items = json.loads((file.metadata() or {})["items"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read. Expected safetensors with a tensor 'features' and metadata 'items'. "
            f"Received: {error}"
        ) from error
    if features.ndim != 2 or features.dtype != np.float32:
        raise InputError(f"Expected 'features' as float32 [n, d]. Received: {features.dtype} {list(features.shape)}")
    if not isinstance(items, list) or len(items) != len(features):
        raise InputError(f"Expected one item for each of {len(features)} rows. Received: {_length(items)}")
    if not np.isfinite(features).all():
        raise InputError("Expected finite features. Received: NaN or infinity")
    people, splits = [_field(item, "person") for item in items], [_field(item, "split") for item in items]
    unknown = sorted(set(splits) - set(SPLITS))
    if unknown:
        raise InputError(f"Expected splits among {SPLITS}. Received: {unknown[0]!r}")
    copies = np.array([bool(item.get("copy")) for item in items], dtype=bool)
    enrols = np.array([bool(item.get("enrols")) for item in items], dtype=bool)
    samples = np.array([str(item.get("sample", item.get("key"))) for item in items], dtype=str)
    return FeatureTable(
        features, np.array(people, dtype=str), np.array(splits, dtype=str), samples, copies, enrols, tuple(items)
    )


def write_feature_table(path: Path, features: np.ndarray, items: list[dict]) -> None:
    """Writes what `read_feature_table` reads."""
    from safetensors.numpy import save

    data = save({"features": np.ascontiguousarray(features, dtype=np.float32)}, {"items": json.dumps(items)})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, data)


def _field(item: object, name: str) -> str:
    if not isinstance(item, dict) or not isinstance(item.get(name), str):
        raise InputError(f"Expected each item to have a text {name!r}. Received: {item!r}")
    return item[name]


def _length(items: object) -> str:
    return f"{len(items)} items" if isinstance(items, list) else type(items).__name__
