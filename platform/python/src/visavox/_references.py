"""What people write to name a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from ._canonical import hex_of
from ._errors import VisavoxError
from .api import DatasetListing

_DATASET = re.compile(r"(?:([^@]+)@)?(?:sha256:)?([0-9a-f]{6,64})")
_MODEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99})(?::([1-9][0-9]{0,8})|@([a-z]{1,30}))")
_SHOWN = 20


def find_dataset(reference: str, versions: Sequence[DatasetListing]) -> str:
    """The digest of the version that a reference names, of those that there are, newest first.

    ``scans`` is the newest of that name, ``scans@sha256:…`` or the beginning of a digest any; ``scans/train`` is a part
    of it, ``scans/by-person/train`` where it has several splits.
    """
    whole, *path = reference.split("/")
    if not path:
        digest = whole.rpartition("@")[2]
        for version in versions:
            if any(part.dataset == digest for split in version.splits for part in split.parts):
                return digest
    version = _whole(whole, versions)
    if not path:
        return version.digest
    parts = [(split.name, part.part, part.dataset) for split in version.splits for part in split.parts]
    return find_part(f"{version.name}@{_short(version)}", path, parts)


def _whole(reference: str, versions: Sequence[DatasetListing]) -> DatasetListing:
    for version in versions:
        if version.name == reference:
            return version
    match = _DATASET.fullmatch(reference)
    name, digits = match.groups() if match else (None, None)
    named = [version for version in versions if name is None or version.name == name]
    begun = [version for version in named if digits and hex_of(version.digest).startswith(digits)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        detail = f"{reference} begins {len(begun)} dataset versions: {_listed(_short(version) for version in begun)}"
    elif name is not None and named:
        detail = f"the dataset {name} has no version {digits}; it has {_listed(_short(version) for version in named)}"
    else:
        names = list(dict.fromkeys(version.name for version in versions))
        there = f"there are {_listed(names)}" if names else "there is none yet"
        detail = f"there is no dataset {reference}; {there}"
    raise VisavoxError(detail, code="unknown_dataset", action="visavox.datasets() lists what there is.", status=404)


def find_part(version: str, path: Sequence[str], parts: Sequence[tuple[str, str, str]]) -> str:
    """The digest of ``PART`` of the only split, or of ``SPLIT/PART``. ``parts``: split, part and digest of each."""
    candidates = [one for one in parts if len(path) == 1 or one[0] == path[0]]
    found = [digest for _, part, digest in candidates if part == path[-1]]
    if len(found) == 1 and len(path) <= 2:
        return found[0]
    wanted = "/".join(path)
    there = [f"{split}/{part}" for split, part, _ in parts]
    raise VisavoxError(
        f'{version} has several splits with a part "{wanted}"' if found else f'{version} has no part "{wanted}"',
        code="unknown_dataset",
        action=f"Name one of {_listed(there)}." if there else "Split it first: dataset.make_split(by=…).",
        status=404,
    )


def model_path(reference: str) -> tuple[str, str]:
    """The name of a model, and a number or an alias: of ``digits:3`` or ``digits@champion``."""
    match = _MODEL.fullmatch(reference)
    if match is None:
        raise VisavoxError(
            f'"{reference}" names no model version',
            code="model_reference_invalid",
            action="Write NAME:VERSION or NAME@ALIAS: digits:3, digits@champion. visavox.models() lists them.",
        )
    name, version, alias = match.groups()
    return name, version or alias


def task_output(reference: str) -> tuple[str, str]:
    """Task and output of ``train/model``; a task inside a loop has slashes itself."""
    task, slash, output = reference.rpartition("/")
    if not (task and slash and output):
        raise VisavoxError(
            f'"{reference}" names no output of a task',
            code="output_reference_invalid",
            action='Name it as "TASK/OUTPUT"; run.tasks lists them.',
        )
    return task, output


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def _short(version: DatasetListing) -> str:
    return hex_of(version.digest)[:12]


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
