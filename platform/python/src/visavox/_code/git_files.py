"""What git tracks in a folder, and what it neither tracks nor ignores."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class Origin(TypedDict):
    """Where a snapshot was taken from, as far as git tells."""

    commit: str | None
    branch: str | None
    clean: bool | None


UNKNOWN_ORIGIN: Origin = {"commit": None, "branch": None, "clean": None}


@dataclass(frozen=True)
class GitFiles:
    """Paths relative to the folder; one that ends with ``/`` is a repository inside."""

    tracked: list[str]
    untracked: list[str]
    origin: Origin


def git_files(folder: Path) -> GitFiles | str | None:
    """None where the folder belongs to no repository; a text where git cannot tell."""
    if not any((at / ".git").exists() for at in (folder, *folder.parents)):
        return None
    try:
        listed = _git(folder, "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", "--", ".")
        status = _git(folder, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--", ".")
    except subprocess.CalledProcessError as error:
        return _first_fault(error.stderr.decode(errors="replace"))
    except OSError as error:
        return str(error)
    entries = [entry for entry in listed.split("\0") if entry]
    # A folder that the repository around it ignores is none of its own.
    if not entries and _is_ignored(folder):
        return None
    untracked = dict.fromkeys(entry[2:] for entry in entries if entry.startswith("? "))
    tracked = dict.fromkeys(entry[2:] for entry in entries if not entry.startswith("? "))
    return GitFiles(list(tracked), list(untracked), _origin(status))


def _git(folder: Path, *words: str) -> str:
    # Git's own variables, as hooks have them, would point it at another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", errors="replace")


def _is_ignored(folder: Path) -> bool:
    try:
        _git(folder, "check-ignore", "-q", ".")
    except (subprocess.CalledProcessError, OSError):
        return False
    return True


def _origin(status: str) -> Origin:
    lines = [line for line in status.split("\0") if line]

    def header(name: str) -> str | None:
        start = f"# branch.{name} "
        value = next((line.removeprefix(start) for line in lines if line.startswith(start)), None)
        return None if value is None or value.startswith("(") else value

    clean = all(line.startswith("# ") for line in lines)
    return {"commit": header("oid"), "branch": header("head"), "clean": clean}


def _first_fault(text: str) -> str:
    lines = text.splitlines() or [text]
    return next((line.removeprefix("fatal: ") for line in lines if line.startswith("fatal:")), lines[0])
