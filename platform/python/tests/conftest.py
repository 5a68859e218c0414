"""The tests run against a real server; ``python-package.test.ts`` starts one and says where it is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import visavox

Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for each test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("VISAVOX_CACHE", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, which the test works in."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def client() -> Iterator[visavox.Client]:
    with visavox.Client() as client:
        yield client


@pytest.fixture
def command_line(project: Path) -> Command:
    """The ``visavox`` command, as somebody types it in the project; what it prints with ``--json``."""

    def run(*words: str | Path) -> Any:
        line = [*json.loads(os.environ["VISAVOX_COMMAND"]), *map(str, words), "--json"]
        done = subprocess.run(line, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def scans(project: Path) -> Path:
    """A folder of tables with labels."""
    folder = project / "scans"
    (folder / "late").mkdir(parents=True)
    (folder / "a.csv").write_text("digit,ink\n1,0.5\n2,0.25\n")
    (folder / "late" / "b.csv").write_text("digit,ink\n3,1.0\n")
    (folder / "metadata.csv").write_text('file_name,clerk\na.csv,Ada\nlate/b.csv," Grace, R."\n')
    return folder


@pytest.fixture
def training(project: Path) -> Path:
    """A compiled pipeline: counts the lines of a dataset's tables, and trains a net that logs three epochs."""
    path = project / "training.json"
    path.write_text(os.environ["VISAVOX_PIPELINE"])
    return path
