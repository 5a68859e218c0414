"""The folder of a pipeline's project, sent along with its run."""

from __future__ import annotations

import logging
from os import PathLike
from pathlib import Path
from typing import Any

from .. import api
from .._code.git_files import UNKNOWN_ORIGIN
from .._code.snapshot import CodeManifest, code_manifest, project_of, take_snapshot
from .._errors import VisavoxError
from .._progress import Progress
from . import flow
from .transport import AsyncTransport

_log = logging.getLogger("visavox")
_AT_ONCE = 4
_SHOWN = 10
_said: set[str] = set()

# A folder, or false for none at all; None for that of the pipeline's project.
Code = str | PathLike[str] | bool | None


async def send_code(transport: AsyncTransport, place: Path, code: Code, *, progress: bool) -> dict[str, Any]:
    """Sends what the server does not have of the folder as it is, and returns what a run names it by.

    ``place``: the file or folder whose project is taken. What was sent stays there: whoever is interrupted goes on.
    """
    if code is False:
        stored = await _save(transport, code_manifest([], []))
        return {"digest": stored.digest, "origin": UNKNOWN_ORIGIN}
    folder = project_of(place) if code is None or code is True else Path(code).expanduser()
    snapshot = await flow.in_thread(take_snapshot, folder)
    _tell(snapshot.left_out)
    stored = await _save(transport, snapshot.manifest)
    if stored.missing:
        sent = Progress("code sent", len(stored.missing), shown=progress)

        async def one(digest: str) -> None:
            await transport.put(f"/api/v1/blobs/{digest}", await flow.in_thread(snapshot.read, digest))
            sent.add(1)

        await flow.for_each(stored.missing, one, at_once=_AT_ONCE, stop=sent.stop)
        stored = await _save(transport, snapshot.manifest)
    if stored.missing:
        raise VisavoxError(
            f"{len(stored.missing)} files of the code are not on the server, although they were sent.",
            code="code_incomplete",
            action="Run it again: what has arrived is kept.",
        )
    return {"digest": stored.digest, "origin": snapshot.origin}


async def _save(transport: AsyncTransport, manifest: CodeManifest) -> api.StoredCode:
    return await transport.post(api.StoredCode, "/api/v1/code", manifest)


def _tell(left_out: list[tuple[str, str]]) -> None:
    """Once a process: a notebook runs the same folder again and again."""
    lines = [f"not taken along: {path}, because {why}" for path, why in left_out[:_SHOWN]]
    if len(left_out) > _SHOWN:
        lines.append(f"and {len(left_out) - _SHOWN} more are not taken along")
    for line in lines:
        if line not in _said:
            _said.add(line)
            _log.warning(line)
