"""docs/python.md does what it says: all of its blocks, from top to bottom, in one folder."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "python.md"


def test_the_guide(project: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "pyproject.toml").write_text("")
    monkeypatch.setattr(sys, "path", list(sys.path))
    text = GUIDE.read_text(encoding="utf-8")
    blocks = list(re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    assert len(blocks) > 8
    names: dict[str, Any] = {"__name__": "guide"}
    for block in blocks:
        line = text[: block.start()].count("\n") + 1
        exec(compile("\n" * line + block[1], str(GUIDE), "exec"), names)
    said = capsys.readouterr().out
    assert "unknown_dataset | there is no dataset scasn; there are" in said
