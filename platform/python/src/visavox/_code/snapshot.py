"""A project's folder as content-addressed files, which the steps of a run are started in."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from .._canonical import by_utf16, canonical_json, digest_of
from .._errors import VisavoxError
from .git_files import Origin
from .limits import Limits
from .project_files import IGNORE_FILE, project_files
from .secret_files import is_secret_by_content


class CodeFile(TypedDict):
    path: str
    digest: str
    bytes: int
    executable: bool


class CodeLink(TypedDict):
    path: str
    target: str


class CodeManifest(TypedDict):
    mediaType: str
    files: list[CodeFile]
    links: list[CodeLink]


def code_manifest(files: list[CodeFile], links: list[CodeLink]) -> CodeManifest:
    return {
        "mediaType": "application/vnd.visavox.code+json",
        "files": sorted(files, key=lambda file: by_utf16(file["path"])),
        "links": sorted(links, key=lambda link: by_utf16(link["path"])),
    }


@dataclass(frozen=True)
class Snapshot:
    """``left_out``: what is in the folder and not in the snapshot, so that people can be told."""

    root: Path
    manifest: CodeManifest
    origin: Origin
    left_out: list[tuple[str, str]]

    @property
    def digest(self) -> str:
        return digest_of(canonical_json(self.manifest))

    def read(self, digest: str) -> bytes:
        """The bytes of a file of it. Refuses one that has changed since."""
        path = next(file["path"] for file in self.manifest["files"] if file["digest"] == digest)
        try:
            content = (self.root / path).read_bytes()
        except OSError:
            raise _changed(path) from None
        if digest_of(content) != digest:
            raise _changed(path)
        return content


def project_of(start: Path) -> Path:
    """The project that a file or a folder belongs to.

    The nearest folder around it with a ``visavox.config.ts``, else the repository's, else the nearest with a
    ``pyproject.toml`` or ``package.json``, else the file's own.
    """
    start = start.absolute()
    folder = start if start.is_dir() else start.parent
    for marks in (("visavox.config.ts",), (".git",), ("pyproject.toml", "package.json")):
        for at in (folder, *folder.parents):
            if at != Path.home() and any((at / mark).exists() for mark in marks):
                return at
    return folder


def take_snapshot(folder: Path, limits: Limits | None = None) -> Snapshot:
    """Reads a project's folder.

    Raises:
        VisavoxError: where it is too large (``code_too_large``), is no project's folder (``code_folder_unfit``), or has
            a file that cannot be read (``code_unreadable``).
    """
    root = _project_root(folder)
    limits = limits or Limits.of_environment()
    project = project_files(root, limits.files)
    left_out = list(project.left_out)
    links: list[CodeLink] = []
    found: dict[str, os.stat_result] = {}
    for path in project.paths:
        try:
            status = (root / path).lstat()
        except OSError:
            continue  # git tracks it, and it was deleted
        if stat.S_ISREG(status.st_mode):
            found[path] = status
        elif stat.S_ISLNK(status.st_mode):
            if link := _link(root, path):
                links.append(link)
            else:
                left_out.append((path, "it is a link out of the folder"))
    limits.require(root, {path: status.st_size for path, status in found.items()}, more=project.more)
    files: list[CodeFile] = []
    for path, status in found.items():
        content = _content(root, path, status.st_size)
        if is_secret_by_content(path, content):
            left_out.append((path, "it looks like a secret"))
        else:
            executable = bool(status.st_mode & 0o100)
            files.append({"path": path, "digest": digest_of(content), "bytes": len(content), "executable": executable})
    below = {link["path"] for link in links}
    # Git may track a file below what is a link by now.
    manifest = code_manifest(
        [file for file in files if not _is_below(file["path"], below)],
        [link for link in links if not _is_below(link["path"], below)],
    )
    return Snapshot(root, manifest, project.origin, sorted(left_out))


def _project_root(folder: Path) -> Path:
    try:
        root = folder.resolve(strict=True)
    except OSError as cause:
        raise VisavoxError(
            f"The folder {folder} cannot be read: {cause}.",
            code="code_unreadable",
            action="Name the folder that the steps of the pipeline run in.",
        ) from cause
    if root in (Path(root.anchor), Path.home()):
        raise VisavoxError(
            f"{root} is no folder of a project, and a run takes along all of its folder.",
            code="code_folder_unfit",
            action="Name the folder of its code (code=…), or none where its steps need no files (code=False).",
        )
    return root


def _link(root: Path, path: str) -> CodeLink | None:
    """None where it leads out of the folder, by its text or through other links."""
    at = root / path
    text = os.readlink(at)  # noqa: PTH115 (a path would lose "./" and what it ends with)
    target = os.path.relpath(text, at.parent) if text.startswith("/") else text
    target = target.replace(os.sep, "/")
    if _leads_out(path, target):
        return None
    try:
        end = at.resolve(strict=True)
    except (OSError, RuntimeError):
        return {"path": path, "target": target}  # it leads nowhere, as it does in the folder
    return {"path": path, "target": target} if end.is_relative_to(root) else None


def _leads_out(path: str, target: str) -> bool:
    if target.startswith("/") or "\0" in target:
        return True
    depth = path.count("/")
    for part in target.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def _is_below(path: str, links: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:depth]) in links for depth in range(1, len(parts)))


def _content(root: Path, path: str, size: int) -> bytes:
    try:
        content = (root / path).read_bytes()
    except OSError as cause:
        raise VisavoxError(
            f"{path} cannot be read: {cause}.",
            code="code_unreadable",
            action=f"Make it readable, or name it in {IGNORE_FILE} where no step needs it.",
        ) from cause
    if len(content) != size:
        raise _changed(path)
    return content


def _changed(path: str) -> VisavoxError:
    return VisavoxError(
        f"{path} was changed while the folder was read.",
        code="code_changed",
        action="Run it again once the file is saved.",
    )
