"""What people call a run and say about it, changed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Keep(Enum):
    """What is not to be changed, which None is not: that takes away."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep.KEEP


def changes_of(
    name: str | Keep | None, note: str | Keep | None, tags: Mapping[str, str | None] | None
) -> dict[str, Any]:
    """As the API is sent them."""
    changes: dict[str, Any] = {"name": name, "note": note, "tags": KEEP if tags is None else dict(tags)}
    return {key: value for key, value in changes.items() if value is not KEEP}
