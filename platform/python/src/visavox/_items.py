"""What becomes a dataset: files with their digests and labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from ._errors import VisavoxError
from ._files import digest_of_file, folder_fault
from ._labels import LABELS_FILE, labels_in
from ._walk import Found, Walk

Source = str | PathLike[str]
_LONGEST_KEY = 1000


@dataclass(frozen=True)
class Item:
    """``about`` is what the platform keeps of it."""

    path: Path
    about: dict[str, Any]

    @property
    def digest(self) -> str:
        return str(self.about["digest"])

    @property
    def bytes(self) -> int:
        return int(self.about["bytes"])


@dataclass(frozen=True)
class Contents:
    items: list[Item]
    left_out: list[tuple[str, str]]


@dataclass(frozen=True)
class About:
    """What is said of the files of an import."""

    labels: Mapping[str, str]
    item_labels: Mapping[str, Mapping[str, str]]
    source: str | None
    consent: str | None


def items_of(
    source: Source | Iterable[Source], about: About, progress: Callable[[int], Callable[[int], None]]
) -> Contents:
    """The files of a folder, with the labels that its ``metadata.csv`` and its folders give them, or single files.

    ``progress`` is told how many files there are, and then of each one.
    """
    if "file_name" in {*about.labels, *(name for labels in about.item_labels.values() for name in labels)}:
        raise VisavoxError(
            "a label cannot be called file_name",
            code="misuse",
            action=f"That is the column of {LABELS_FILE} with the names of the files; choose another name.",
        )
    walk = Walk()
    if isinstance(source, str | PathLike) and Path(source).is_dir():
        folder = Path(source)
        found = [file for file in walk.files(folder) if file.key != LABELS_FILE]
        listed = labels_in(folder / LABELS_FILE, {file.key for file in found})
    else:
        found, listed = _single([source] if isinstance(source, str | PathLike) else list(source)), {}
    _require_fit(found, about, source)
    read = progress(len(found))
    items = []
    for file in found:
        digest, size = _read(file)
        inside = file.key.rpartition("/")[0]
        labels = {
            **({"folder": inside} if inside else {}),
            **listed.get(file.key, {}),
            **about.labels,
            **about.item_labels.get(file.key, {}),
        }
        kept = {
            "key": file.key,
            "digest": digest,
            "bytes": size,
            "mediaType": media_type(file.key),
            "labels": {name: value for name, value in labels.items() if value != ""},
            "provenance": {"source": about.source or "not stated", "consent": about.consent or "not stated"},
        }
        items.append(Item(file.path, kept))
        read(1)
    return Contents(items, walk.left_out)


def _single(sources: Sequence[Source]) -> list[Found]:
    found = [Found(Path(source).name, Path(source)) for source in sources]
    for file in found:
        if not file.path.is_file():
            raise folder_fault(f"{file.path} is no file that can be read", "Give a folder, or files.")
        if sum(other.key == file.key for other in found) > 1:
            raise folder_fault(f"two files are called {file.key}", "Give the folder that they are in, or rename one.")
    return found


def _require_fit(found: Sequence[Found], about: About, source: object) -> None:
    if not found:
        raise folder_fault(f"there are no files in {source}", "Name a folder of files.")
    keys = {file.key for file in found}
    for key in keys:
        if len(key) > _LONGEST_KEY:
            raise folder_fault(f"the path {key[:100]}… has more than {_LONGEST_KEY} characters", "Shorten it.")
    for key in about.item_labels:
        if key not in keys:
            raise folder_fault(
                f'labels are given for "{key}", which is not there', "Name files by their path in the folder."
            )


def _read(file: Found) -> tuple[str, int]:
    try:
        return digest_of_file(file.path)
    except OSError as cause:
        raise folder_fault(
            f"{file.key} cannot be read: {cause}", "Correct its permissions, or look at the disk that it is on."
        ) from cause


def media_type(key: str) -> str:
    """By the ending of a name, from the table of the command line: media types are part of what a version is."""
    last = key.replace("\\", "/").rpartition("/")[2].lower()
    ending = last.rpartition(".")[2]
    if len(ending) >= len(last) - 1 and len(last) < len(key):
        return "application/octet-stream"
    return _media_types().get(ending, "application/octet-stream")


@cache
def _media_types() -> dict[str, str]:
    table: dict[str, str] = json.loads(files("visavox").joinpath("media-types.json").read_text(encoding="utf-8"))
    return table
