"""How much a run takes along as its code."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .._errors import VisavoxError
from .project_files import IGNORE_FILE

_LARGEST_FILE = 100_000_000  # a blob is held in memory while it is sent
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


@dataclass(frozen=True)
class Limits:
    """``bytes`` of all files together."""

    bytes: float = 500_000_000
    files: int = 20_000

    @classmethod
    def of_environment(cls) -> Limits:
        """With the bytes that ``VISAVOX_CODE_LIMIT`` names: ``800MB``, ``2GB``."""
        text = os.environ.get("VISAVOX_CODE_LIMIT", "")
        if text == "":
            return cls()
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", text.strip(), re.IGNORECASE)
        if match is None:
            raise VisavoxError(
                f'VISAVOX_CODE_LIMIT is "{text}", which is no size.',
                code="code_limit_invalid",
                action="Give a size such as 800MB or 2GB.",
            )
        size = float(match[1]) * _FACTORS[match[2].lower()]
        return cls(size, max(cls.files, round(size / cls.bytes * cls.files)))

    def require(self, root: Path, sizes: dict[str, int], *, more: bool) -> None:
        """Refuses what is too large, and names the largest of it."""
        total = sum(sizes.values())
        if total > self.bytes:
            raise self._too_large(
                f"The folder {root} holds {_in_units(total)}, more than the {_in_units(self.bytes)} that a run takes "
                f"along as its code. Largest: {_largest(sizes)}."
            )
        if more or len(sizes) > self.files:
            raise self._too_large(
                f"The folder {root} holds more than the {self.files} files that a run takes along as its code."
            )
        for path, size in sizes.items():
            if size > _LARGEST_FILE:
                limit = _in_units(_LARGEST_FILE)
                raise self._too_large(f"{path} has {_in_units(size)}; a file of a run's code may have {limit}.")

    def _too_large(self, detail: str) -> VisavoxError:
        return VisavoxError(
            detail,
            code="code_too_large",
            action=f"Name what steps do not read in {IGNORE_FILE} (as in .gitignore), give data as a dataset, name "
            "another folder (code=…) or none (code=False), or allow more: VISAVOX_CODE_LIMIT=2GB.",
        )


def _largest(sizes: dict[str, int]) -> str:
    largest = sorted(sizes.items(), key=lambda entry: -entry[1])[:5]
    return ", ".join(f"{path} ({_in_units(size)})" for path, size in largest)


def _in_units(size: float) -> str:
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
