"""What was downloaded, by its digest, so that nothing comes twice.

Files are kept under their SHA-256. One that is kept is read-only and has a modification time that no program gives a
file: one that was written to is seen by that, and read again before it is trusted.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ._canonical import hex_of
from ._errors import VisavoxError
from ._files import copy, digest_of_file, folder_fault, link_or_copy, path_below, require_apart

# Of all that is kept, so that links in a user's folder show no time that means something.
_STAMP_NS = 1_000_000_000 * 1_000_000_001
_ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Wanted:
    """A file of a folder, by its path there."""

    key: str
    digest: str
    bytes: int


class Store:
    """A folder of blobs that several processes use at once: each file is put there by a rename, whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        digits = hex_of(digest)
        return self.root / "blobs" / digits[:2] / digits[2:]

    def has(self, digest: str, size: int) -> bool:
        return _is_whole(self.path(digest), digest, size)

    @contextmanager
    def receive(self, digest: str, size: int) -> Iterator[Receiver]:
        """Takes the bytes of a blob as they come. What is not them in the end is not kept.

        Raises:
            VisavoxError: ``digest_mismatch``, where they are others or more than they should be; ``cache_unwritable``.
        """
        target = self.path(digest)
        unfinished = self._unfinished()
        try:
            # What is kept may be people's faces: it is their owner's alone, unless somebody made the folder otherwise.
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (target.parent, unfinished.parent):
                folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("xb") as file:
                receiver = Receiver(file, digest, size)
                yield receiver
                receiver.require_whole()
                file.flush()
                # A name that outlives a power failure must not stand for bytes that did not.
                os.fsync(file.fileno())
            unfinished.chmod(0o444)
            os.utime(unfinished, ns=(_STAMP_NS, _STAMP_NS))
            unfinished.replace(target)
        except OSError as cause:
            raise VisavoxError(
                f"{self.root} cannot be written: {cause}",
                code="cache_unwritable",
                action="Make room, correct its permissions, or name another folder: VISAVOX_CACHE.",
            ) from cause
        finally:
            if unfinished.exists():
                unfinished.unlink()

    def sweep(self) -> None:
        """Removes what processes have left that were killed."""
        for path in (self.root / "partial").glob("*"):
            begun = path.name.partition(".")[0]
            if begun.isdecimal() and time.time() - int(begun) > _ABANDONED_SECONDS:
                path.unlink(missing_ok=True)

    def _unfinished(self) -> Path:
        """Where nobody looks for what is whole. Its name says when it was begun: a link has the times of its file."""
        return self.root / "partial" / f"{time.time():.0f}.{uuid.uuid4().hex}"

    def missing(self, files: Sequence[Wanted]) -> list[Wanted]:
        """Of each content one file."""
        by_digest = {file.digest: file for file in files}
        return [file for file in by_digest.values() if not self.has(file.digest, file.bytes)]

    def place(self, files: Sequence[Wanted], folder: Path, *, linked: bool) -> None:
        """Puts blobs that are here into a folder. What is there already and equal is left as it is.

        ``linked``: as read-only links to what is kept, rather than copies that may be changed.
        """
        places = [(file, path_below(folder, file.key)) for file in files]
        require_apart(folder, (file.key for file in files))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, path in places:
                if _is_whole(path, file.digest, file.bytes):
                    continue
                if linked:
                    link_or_copy(self.path(file.digest), path, self._unfinished())
                else:
                    copy(self.path(file.digest), path)
        except OSError as cause:
            raise folder_fault(
                f"{folder} cannot be written: {cause}", "Make room or correct the permissions, then try again."
            ) from cause


class Receiver:
    def __init__(self, file: BinaryIO, digest: str, size: int) -> None:
        self._file = file
        self._digest = digest
        self._left = size
        self._sha = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise self._mismatch()
        self._sha.update(chunk)
        self._file.write(chunk)

    def require_whole(self) -> None:
        if self._left != 0 or f"sha256:{self._sha.hexdigest()}" != self._digest:
            raise self._mismatch()

    def _mismatch(self) -> VisavoxError:
        return VisavoxError(
            f"what arrived is not {self._digest}",
            code="digest_mismatch",
            action="Try again: what has arrived whole is kept.",
        )


def _is_whole(path: Path, digest: str, size: int) -> bool:
    try:
        stat = path.stat()
        if stat.st_size != size or not path.is_file():
            return False
        return stat.st_mtime_ns == _STAMP_NS or digest_of_file(path)[0] == digest
    except (OSError, VisavoxError):
        return False
