"""Names by content, as the platform computes them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no white space (RFC 8785 for texts, integers, lists and objects of them)."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))


def digest_of(content: bytes | str) -> str:
    return f"sha256:{hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()}"


def hex_of(digest: str) -> str:
    """The 64 hexadecimal digits alone. Digests become names of files: nothing else may pass."""
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"expected sha256:<64 hexadecimal digits>, received {digest!r}")
    return digest.removeprefix("sha256:")


def by_utf16(text: str) -> bytes:
    """Sorts texts as JavaScript does, by UTF-16 code units: digests are of lists in that order."""
    return text.encode("utf-16-be", "surrogatepass")


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=by_utf16)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value
