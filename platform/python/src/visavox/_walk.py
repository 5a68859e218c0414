"""The files of a folder that becomes a dataset, by the rules of ``visavox data import``."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ._canonical import by_utf16
from ._files import folder_fault


@dataclass(frozen=True)
class Found:
    """A file: its path below the folder with ``/`` in Unicode's form C, and where it is."""

    key: str
    path: Path


@dataclass
class Walk:
    """``left_out``: what was not taken, and why."""

    left_out: list[tuple[str, str]] = field(default_factory=list)

    def files(self, folder: Path) -> list[Found]:
        """All files below a folder but hidden ones. Links are followed inside of it.

        Raises:
            VisavoxError: ``folder_unusable``, which names what cannot be used: a link out of the folder or to nothing,
                a name that is not UTF-8, two names that are one.
        """
        if not folder.is_dir():
            raise folder_fault(f"{folder} is no folder that can be read", "Name a folder of files.")
        root = folder.resolve()
        return list(self._below(folder, "", [root], root))

    def _below(self, folder: Path, prefix: str, above: list[Path], root: Path) -> Iterator[Found]:
        entries = _entries(folder, prefix)
        if not entries and prefix:
            self.left_out.append((prefix, "an empty folder"))
        for key, path in entries:
            if path.name.startswith("."):
                self.left_out.append((key, "hidden"))
                continue
            real = _real(path, key, root)
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                if real in above:
                    raise folder_fault(f"the link {key} leads to a folder that it is in", "Remove the link.")
                yield from self._below(path, f"{key}/", [*above, real], root)
            elif stat.S_ISREG(mode):
                yield Found(key, path)
            else:
                self.left_out.append((key, _kind(mode)))


def _real(path: Path, key: str, root: Path) -> Path:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as cause:
        raise folder_fault(f"the link {key} leads to nothing: {cause}", "Correct the link or remove it.") from cause
    if path.is_symlink() and not real.is_relative_to(root):
        raise folder_fault(
            f"the link {key} leads out of the folder, to {real}",
            "Copy what it leads to into the folder, or remove the link.",
        )
    return real


def _entries(folder: Path, prefix: str) -> list[tuple[str, Path]]:
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError as cause:
        raise folder_fault(f"{folder} cannot be read: {cause}", "Correct its permissions.") from cause
    entries: dict[str, Path] = {}
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise folder_fault(
                f"the name {prefix}{os.fsencode(name)!r} is not UTF-8",
                'Rename it: "convmv -f latin1 -t utf8 -r --notest FOLDER" does it for all names.',
            ) from None
        key = prefix + unicodedata.normalize("NFC", name)
        if key in entries:
            raise folder_fault(
                f"{key} is there twice: the names differ only in how their accents are written (Unicode forms C and D)",
                "Rename one of the two.",
            )
        entries[key] = folder / name
    return sorted(entries.items(), key=lambda entry: by_utf16(entry[0]))


def _kind(mode: int) -> str:
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
