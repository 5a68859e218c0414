"""How things look on a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def short_id(id: str) -> str:
    """Enough of an id to tell runs apart, which is understood in its place. Trials share the beginning of theirs."""
    return id[:8] if _UUID.fullmatch(id) else id


def shown(value: Any) -> str:
    """Numbers with as many digits as people compare."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.5g}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text[:19] if re.fullmatch("sha256:[0-9a-f]{64}", text) else text


def assignments(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={shown(value)}" for name, value in values.items())


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [list(head), *(["" if cell is None else str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
