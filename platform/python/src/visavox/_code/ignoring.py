"""Patterns of ``.gitignore`` and ``.visavoxignore``, without regard to capital letters as the platform reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pathspec import GitIgnoreSpec

Verdict = Literal["ignored", "unignored"] | None


class Patterns:
    def __init__(self, text: str) -> None:
        lines = re.split(r"\r?\n", text.lower())
        # The last one that matches has the last word.
        self._patterns = [pattern for line in reversed(lines) if (pattern := _Pattern.of(line))]

    @classmethod
    def of(cls, file: Path) -> Patterns:
        return cls(file.read_bytes().decode("utf-8-sig", errors="replace"))

    def verdict(self, path: str) -> Verdict:
        """Of a path below the folder of the patterns; a folder's ends with ``/``, and what lies in it is as it is."""
        path = path.lower()
        folders = (path[: at + 1] for at in range(1, len(path) - 1) if path[at] == "/")
        if any(self._own(folder) == "ignored" for folder in folders):
            return "ignored"
        return self._own(path)

    def _own(self, path: str) -> Verdict:
        found = next((pattern for pattern in self._patterns if pattern.means(path)), None)
        if found is None:
            return None
        return "unignored" if found.negated else "ignored"


class _Pattern:
    """One line. It means a path itself: what lies in a folder is looked at with each folder around it."""

    def __init__(self, regex: re.Pattern[str], *, negated: bool, folders_only: bool) -> None:
        self._regex = regex
        self._folders_only = folders_only
        self.negated = negated

    @classmethod
    def of(cls, line: str) -> _Pattern | None:
        # What lies in a folder, which is not the folder itself.
        line = re.sub(r"/\*\*(/?)\Z", r"/**/*\1", line)
        try:
            [pattern] = GitIgnoreSpec.from_lines([line]).patterns
        except ValueError:
            return None  # git passes over what is no pattern
        regex: re.Pattern[str] | None = getattr(pattern, "regex", None)
        if pattern.include is None or regex is None:
            return None
        return cls(regex, negated=not pattern.include, folders_only=line.rstrip().endswith("/"))

    def means(self, path: str) -> bool:
        if self._folders_only and not path.endswith("/"):
            return False
        # The library marks where a folder ends that it matched, which may be one around the path.
        return any(
            match.groupdict().get("ps_d") is None or match.end("ps_d") == len(path)
            for match in self._regex.finditer(path)
        )
