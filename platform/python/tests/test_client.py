"""What a stranger meets first: no server, no token, no extra; and whether what is generated is current."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

import generate
import visavox
from visavox import VisavoxError
from visavox._settings import find_token

PACKAGE = Path(visavox.__file__).parent


def test_the_answers_of_the_api_are_those_of_the_server() -> None:
    document = httpx.get(f"{os.environ['VISAVOX_SERVER']}/api/openapi.json").text
    assert generate.answers_of(document) == (PACKAGE / "api.py").read_text(), generate.COMMAND


def test_the_package_without_asyncio_is_the_one_with_it() -> None:
    for name, text in generate.synchronous_modules().items():
        assert text == (PACKAGE / "_sync" / name).read_text(), f"_sync/{name}: {generate.COMMAND}"


def test_no_server() -> None:
    with pytest.raises(VisavoxError) as unreachable, visavox.Client("http://127.0.0.1:9") as client:
        client.datasets()
    assert unreachable.value.code == "server_unreachable"
    assert "visavox up" in str(unreachable.value)


def test_no_token(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISAVOX_TOKEN", raising=False)
    monkeypatch.delenv("VISAVOX_HOME", raising=False)
    with pytest.raises(VisavoxError, match="wants an operator's token") as missing:
        visavox.datasets()
    assert missing.value.status == 401
    assert "VISAVOX_TOKEN" in missing.value.action
    with pytest.raises(VisavoxError, match="not the operator's token"):
        visavox.Client(token="wrong").datasets()


def test_the_token_is_that_of_the_project_around(project: Path) -> None:
    secrets = project / ".visavox" / "home" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "operator.token").write_text("abc\n")
    below = project / "notebooks" / "deep"
    below.mkdir(parents=True)
    assert find_token({}, below) == "abc"
    assert find_token({"VISAVOX_SECRETS": str(project)}, below) is None
    assert find_token({"VISAVOX_TOKEN": "own"}, below) == "own"


def test_a_refusal_says_what_to_do(project: Path) -> None:
    with pytest.raises(VisavoxError) as refused:
        visavox.get_run("no-such-run")
    assert refused.value.status == 404
    assert refused.value.request_id
    assert str(refused.value) == f"{refused.value.detail} [{refused.value.code}]\n{refused.value.action}"
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (copy.code, copy.detail, copy.action) == (refused.value.code, refused.value.detail, refused.value.action)


@pytest.mark.parametrize("reference", ["digits", "digits:0", "../x:1", "digits@"])
def test_a_model_is_named_by_version_or_alias(reference: str) -> None:
    with pytest.raises(VisavoxError, match="names no model version"):
        visavox.model(reference)


def test_another_kind_of_server_is_told_from_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    client = visavox.Client("http://127.0.0.1:1")
    monkeypatch.setattr(client._transport, "request", lambda *_, **__: b"<html>")
    with pytest.raises(VisavoxError, match="is not what this package knows"):
        client.datasets()


def test_without_extras_the_package_says_which_is_missing() -> None:
    program = """
import sys
for name in ("numpy", "pandas", "polars", "pyarrow", "kfp", "IPython", "yaml"):
    sys.modules[name] = None
import visavox
from visavox import _tables
for read, extra in ((_tables.read_pandas, "pandas"), (_tables.read_polars, "polars"), (_tables.read_arrow, "arrow")):
    try:
        read([_tables.Part("a.csv", {}, None)], _tables.Columns(None, False))
    except visavox.VisavoxError as error:
        assert f'pip install "visavox[{extra}]"' in str(error), error
    else:
        raise AssertionError(extra)
try:
    import visavox.pipelines
except visavox.VisavoxError as error:
    assert 'pip install "visavox[pipelines]"' in str(error)
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)})


def test_the_package_is_typed() -> None:
    words = [sys.executable, "-m", "mypy", "--cache-dir", os.environ.get("MYPY_CACHE_DIR", os.devnull)]
    done = subprocess.run(words, cwd=PACKAGE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_built_has_everything(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=PACKAGE.parents[1], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    assert wheel.name == f"visavox-{visavox.__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*") if path.suffix != ".pyc"}
    assert {name for name in names if name.startswith("visavox/")} == {
        name for name in sources if (PACKAGE.parent / name).is_file()
    }
    assert "visavox/py.typed" in names
