# Written from _async by `python generate.py`.
"""Bytes by their digest, to the server and from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import api
from .._canonical import digest_of
from .._errors import VisavoxError
from .._files import folder_fault
from .._items import Item
from .._progress import Progress
from .._store import Store, Wanted
from . import flow
from .transport import Transport

_AT_ONCE = 4
_ASKED_AT_ONCE = 5000
# What the server takes in one piece, and holds in memory.
PART_BYTES = 8 << 20

# Path and query of a file on the server.
Address = tuple[str, Mapping[str, Any]]


def download(
    transport: Transport,
    store: Store,
    files: Sequence[Wanted],
    address: Callable[[Wanted], Address],
    *,
    what: str,
    shown: bool,
) -> None:
    """Brings into the store what it lacks of these files. What has arrived stays, whatever happens to the rest."""
    missing = flow.in_thread(store.missing, files)
    if not missing:
        return
    store.sweep()
    progress = Progress(what, sum(file.bytes for file in missing), unit="MB", shown=shown)
    progress.add(0)

    def one(file: Wanted) -> None:
        path, params = address(file)
        with store.receive(file.digest, file.bytes) as receiver, transport.stream(path, params) as chunks:
            for chunk in chunks:
                receiver.write(chunk)
                progress.add(len(chunk))

    flow.for_each(missing, one, at_once=_AT_ONCE, stop=progress.stop)


def upload(transport: Transport, items: Sequence[Item], *, shown: bool) -> int:
    """Sends what the server does not have of these files, each once. Returns how many that were."""
    by_digest = {item.digest: item for item in items}
    digests = list(by_digest)
    missing: list[Item] = []
    for start in range(0, len(digests), _ASKED_AT_ONCE):
        asked = {"digests": digests[start : start + _ASKED_AT_ONCE]}
        answer = transport.post(api.MissingBlobs, "/api/v1/blobs/missing", asked)
        missing += [by_digest[digest] for digest in answer.missing if digest in by_digest]
    progress = Progress("sent", sum(item.bytes for item in missing), unit="MB", shown=shown)
    progress.add(0)

    def one(item: Item) -> None:
        try:
            if item.bytes <= PART_BYTES:
                transport.put(f"/api/v1/blobs/{item.digest}", _read(item, 0, item.digest))
                progress.add(item.bytes)
            else:
                _upload_parts(transport, item, progress)
        except VisavoxError as error:
            if error.code == "digest_mismatch":
                raise _changed(item) from error
            raise

    flow.for_each(missing, one, at_once=_AT_ONCE, stop=progress.stop)
    return len(missing)


def _upload_parts(transport: Transport, item: Item, progress: Progress) -> None:
    """What an interrupted upload has sent is not sent again."""
    url = f"/api/v1/blobs/{item.digest}/parts"
    there = transport.get(api.BlobParts, url)
    if there.stored:
        progress.add(item.bytes)
        return
    known = {part.number: part.digest for part in there.parts}
    digests: list[str] = []
    for number in range(-(-item.bytes // PART_BYTES)):
        content = flow.in_thread(_read, item, number)
        digests.append(digest_of(content))
        if known.get(number) != digests[-1]:
            transport.put(f"{url}/{number}", content)
        progress.add(len(content))
    while (transport.post(api.JoinState, url, {"parts": digests})).state == "storing":
        pass  # the server answers after some seconds at the latest, and wants to be asked again


def _read(item: Item, number: int, digest: str | None = None) -> bytes:
    """A part of a file, numbered from 0; of a given digest where that is known."""
    start = number * PART_BYTES
    size = min(PART_BYTES, item.bytes - start)
    try:
        with item.path.open("rb") as file:
            file.seek(start)
            content = file.read(size)
    except OSError as cause:
        raise folder_fault(f"{item.path} cannot be read any more: {cause}", "Import it again.") from cause
    if len(content) != size or (digest is not None and digest_of(content) != digest):
        raise _changed(item)
    return content


def _changed(item: Item) -> VisavoxError:
    return folder_fault(
        f"{item.path} changed while it was sent",
        "Wait until nobody writes to it, then import it again: what has arrived is kept.",
    )
