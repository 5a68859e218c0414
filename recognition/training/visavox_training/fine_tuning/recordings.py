"""Waveforms of many people: what fine-tuning reads."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavox_training.feature_table import SPLITS, InputError


@dataclass(frozen=True)
class Recordings:
    """Recording i is of `people[i]`.

    Attributes:
        waveforms: [samples] each, 16 kHz mono, float32, -1 to 1: the speech of it, as the network is given it.
        people: ids of persons.
        splits: 'train' is learned from, 'validation' decides when to stop and whether it helped, 'evaluation' is
            not read.
    """

    waveforms: tuple[np.ndarray, ...]
    people: tuple[str, ...]
    splits: tuple[str, ...]

    def of(self, split: str) -> "Recordings":
        chosen = [row for row, its in enumerate(self.splits) if its == split]
        people = tuple(self.people[row] for row in chosen)
        return Recordings(tuple(self.waveforms[row] for row in chosen), people, (split,) * len(chosen))


def read_recordings(path: Path) -> Recordings:
    """Reads safetensors with tensors `samples` [total] and `lengths` [n], and metadata `items`: JSON of
    [{person, split}], recordings one after another in `samples`.

    Raises:
        InputError: the file is missing or holds something else.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise InputError(f"The recordings {path} do not exist.")
    try:
        with safe_open(path, "numpy") as file:
            samples, lengths = file.get_tensor("samples"), file.get_tensor("lengths")
            items = json.loads((file.metadata() or {})["items"])
        people = tuple(str(item["person"]) for item in items)
        splits = tuple(str(item["split"]) for item in items)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is not a file of recordings. Expected safetensors with samples [total], lengths [n] and items in "
            f"its metadata. Received: {error}"
        ) from error
    fit = len(lengths) == len(items) and np.all(lengths > 0) and lengths.sum() == len(samples)
    if samples.dtype != np.float32 or not fit:
        raise InputError(
            f"{path} does not fit together. Expected float32 samples, as many as the lengths add up to, and one item a "
            f"length. Received: {len(samples)} samples ({samples.dtype}), {len(lengths)} lengths, {len(items)} items"
        )
    if unknown := sorted(set(splits) - set(SPLITS)):
        raise InputError(f"{path} has unknown splits. Expected {', '.join(SPLITS)}. Received: {', '.join(unknown)}")
    if both := set(_people(people, splits, "train")) & set(_people(people, splits, "validation")):
        raise InputError(
            f"{path} judges on people it learns from. Expected each person in one split. "
            f"Received: {', '.join(sorted(both))}"
        )
    return Recordings(tuple(np.split(samples, np.cumsum(lengths)[:-1])), people, splits)


def _people(people: tuple[str, ...], splits: tuple[str, ...], split: str) -> list[str]:
    return [person for person, its in zip(people, splits, strict=True) if its == split]
