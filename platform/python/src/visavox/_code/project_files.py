"""Which files of a project's folder a snapshot takes.

What git tracks, and what it neither tracks nor ignores; without git, all but what tools make and ``.gitignore`` names.
``.visavoxignore`` takes more away. Secrets are never taken.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .git_files import UNKNOWN_ORIGIN, Origin, git_files
from .ignoring import Patterns
from .secret_files import is_secret_by_name

IGNORE_FILE = ".visavoxignore"

# What tools make of a project, by its name: taken only where git tracks it.
_NEVER = {
    *(".git", "node_modules", ".visavox", ".venv", "venv"),
    *("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints", ".DS_Store"),
}


@dataclass(frozen=True)
class ProjectFiles:
    """Paths relative to the folder; ``left_out`` has what people should know is missing, and why."""

    paths: list[str]
    left_out: list[tuple[str, str]]
    origin: Origin
    more: bool


def project_files(root: Path, at_most: int) -> ProjectFiles:
    """``more``: there are more files than ``at_most``."""
    found = _listed(root, at_most)
    ignore_file = root / IGNORE_FILE
    unwanted = Patterns.of(ignore_file) if ignore_file.exists() else None
    paths: list[str] = []
    left_out = list(found.left_out)
    for path in found.paths:
        if "\ufffd" in path or not _is_utf8(path):
            left_out.append((path.encode(errors="replace").decode(), "its name is not UTF-8"))
        elif unwanted and unwanted.verdict(path) == "ignored":
            continue
        elif is_secret_by_name(path):
            left_out.append((path, "it looks like a secret"))
        else:
            paths.append(path)
    return ProjectFiles(paths, left_out, found.origin, found.more)


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _listed(root: Path, at_most: int) -> ProjectFiles:
    git = git_files(root)
    if git is None or isinstance(git, str):
        left_out = [] if git is None else [(".git", f"git cannot tell what is tracked: {git}")]
        walk = _PlainWalk(root, at_most)
        walk.below("", [])
        return ProjectFiles(walk.paths, [*left_out, *walk.left_out], UNKNOWN_ORIGIN, more=len(walk.paths) > at_most)
    own = [*git.tracked, *_without_tools(git.untracked)]
    paths = [path for path in own if not path.endswith("/")]
    left_out, more = [], False
    # Submodules and repositories inside are listed as folders.
    for folder in [*(path for path in own if path.endswith("/")), *_submodules(root, paths)]:
        below = folder.removesuffix("/")
        inside = _listed(root / below, at_most - len(paths))
        paths = [*paths, *(f"{below}/{path}" for path in inside.paths)]
        left_out += [(f"{below}/{path}", why) for path, why in inside.left_out]
        more = more or inside.more
    return ProjectFiles(paths, left_out, git.origin, more or len(paths) > at_most)


def _without_tools(paths: list[str]) -> list[str]:
    """Of what git does not track: no environments and caches, which a missing ``.gitignore`` would let in."""
    environments = tuple(path.removesuffix("pyvenv.cfg") for path in paths if path.endswith("/pyvenv.cfg"))
    return [path for path in paths if _NEVER.isdisjoint(path.split("/")) and not path.startswith(environments)]


def _submodules(root: Path, paths: list[str]) -> list[str]:
    if not (root / ".gitmodules").exists():
        return []
    return [path for path in paths if (root / path / ".git").exists()]


class _PlainWalk:
    """The files of a folder without git."""

    def __init__(self, root: Path, at_most: int) -> None:
        self._root = root
        self._at_most = at_most
        self.paths: list[str] = []
        self.left_out: list[tuple[str, str]] = []

    def below(self, prefix: str, around: list[tuple[str, Patterns]]) -> None:
        if len(self.paths) > self._at_most:
            return
        folder = self._root / prefix
        entries = list(os.scandir(folder))
        names = {entry.name for entry in entries}
        # A virtual environment of Python: its path is wired into it.
        if not names.isdisjoint({"pyvenv.cfg", "conda-meta"}):
            return
        rules = [*around, (prefix, Patterns.of(folder / ".gitignore"))] if ".gitignore" in names else around
        for entry in entries:
            path = f"{prefix}{entry.name}"
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name in _NEVER or _is_ignored(f"{path}/" if is_folder else path, rules):
                continue
            if is_folder:
                self.below(f"{path}/", rules)
            elif entry.is_symlink() or entry.is_file(follow_symlinks=False):
                self.paths.append(path)
            else:
                self.left_out.append((path, "it is a socket, a FIFO or a device"))


def _is_ignored(path: str, rules: list[tuple[str, Patterns]]) -> bool:
    """The pattern nearest to the file has the last word, as in git."""
    ignored = False
    for below, patterns in rules:
        verdict = patterns.verdict(path[len(below) :])
        if verdict is not None:
            ignored = verdict == "ignored"
    return ignored
