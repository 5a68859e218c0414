"""What people write to name a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar
from urllib.parse import quote

from ._canonical import hex_of
from ._errors import VisavoxError


class Listed(Protocol):
    @property
    def digest(self) -> str: ...

    @property
    def name(self) -> str: ...


L = TypeVar("L", bound=Listed)
_DATASET = re.compile(r"(?:([^@]+)@)?(?:sha256:)?([0-9a-f]{6,64})")
_MODEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99})(?::([1-9][0-9]{0,8})|@([a-z]{1,30}))")
_SHOWN = 20


def find_dataset(reference: str, versions: Sequence[L]) -> L:
    """The version that a reference names, of those that there are, newest first."""
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


def _short(version: Listed) -> str:
    return hex_of(version.digest)[:12]


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
