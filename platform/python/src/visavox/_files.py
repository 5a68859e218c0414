"""Files as a whole or not at all, and only where they belong."""

from __future__ import annotations

import hashlib
import os
import posixpath
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ._errors import VisavoxError

_CHUNK = 1 << 20


def digest_of_file(path: Path) -> tuple[str, int]:
    """Digest and bytes of a file as it is now. Refuses one that somebody writes to meanwhile."""
    sha, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
            size += len(chunk)
        after = os.fstat(file.fileno())
    if size != before.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise folder_fault(f"{path} changed while it was read", "Wait until nobody writes to it, then try again.")
    return f"sha256:{sha.hexdigest()}", size


def path_below(folder: Path, key: str) -> Path:
    """Where a key lies in a folder. A key that leads out of it is refused: whoever made it may want to."""
    plain = posixpath.normpath(key)
    parts = plain.split("/")
    if "\0" in key or plain in ("", ".") or plain.startswith("/") or ".." in parts or _unfit_here(parts):
        raise folder_fault(f"the key {key!r} leads out of {folder}", "Do not use this: look who made it.")
    return folder.joinpath(*parts)


def _unfit_here(parts: list[str]) -> bool:
    return os.name == "nt" and any("\\" in part or ":" in part for part in parts)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there at the end, as a whole, or not at all. Folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name[:100]}.{uuid.uuid4().hex[:8]}.part")
    try:
        with unfinished.open("xb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path, unfinished: Path) -> None:
    """A hard link in the place of whatever is there, by way of a third name; a copy where the disk knows none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        try:
            os.link(source, unfinished)
        except OSError:
            shutil.copy2(source, unfinished)
        # Renaming one link over another to the same file does nothing, and leaves both.
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """The bytes of a file as one that belongs to whoever asked for it."""
    with source.open("rb") as bytes_, whole_file(target) as file:
        shutil.copyfileobj(bytes_, file, _CHUNK)


def require_apart(folder: Path, keys: Iterable[str]) -> None:
    """Refuses keys that would be one file in this folder: many disks do not tell small letters from capital ones."""
    first: dict[str, str] = {}
    exact: set[str] = set()
    for key in keys:
        plain = posixpath.normpath(key)
        folded = plain.casefold()
        if plain in exact or (folded in first and _folds(folder)):
            raise folder_fault(
                f"{key} and {first[folded]} are one file on this disk", "Name a folder on a disk that tells them apart."
            )
        exact.add(plain)
        first.setdefault(folded, key)


def _folds(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".Visavox-{uuid.uuid4().hex}"
    probe.touch()
    try:
        return probe.with_name(probe.name.lower()).exists()
    finally:
        probe.unlink()


def folder_fault(detail: str, action: str) -> VisavoxError:
    return VisavoxError(detail, code="folder_unusable", action=action)
