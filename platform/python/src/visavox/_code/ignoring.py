"""Patterns of ``.gitignore`` and ``.visavoxignore``, without regard to capital letters as the platform reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pathspec import GitIgnoreSpec

Verdict = Literal["ignored", "unignored"] | None


class Patterns:
    def __init__(self, text: str) -> None:
        lines = [line for line in re.split(r"\r?\n", text.lower()) if _is_pattern(line)]
        self._spec = GitIgnoreSpec.from_lines(lines)

    @classmethod
    def of(cls, file: Path) -> Patterns:
        return cls(file.read_bytes().decode("utf-8-sig", errors="replace"))

    def verdict(self, path: str) -> Verdict:
        """Of a path below the folder of the patterns; a folder's ends with ``/``, and what lies in it is as it is."""
        path = path.lower()
        for at in range(1, len(path) - 1):
            if path[at] == "/" and self._spec.check_file(path[: at + 1]).include:
                return "ignored"
        included = self._spec.check_file(path).include
        return None if included is None else "ignored" if included else "unignored"


def _is_pattern(line: str) -> bool:
    """Git passes over what is no pattern."""
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
