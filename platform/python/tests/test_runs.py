"""Pipelines that are run for real, and what they made."""

from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import visavox
from visavox import VisavoxError

from .conftest import Command

KFP_PIPELINE = """
from kfp import dsl
from words import GREETING

@dsl.container_component
def say(words: str, said: dsl.OutputPath(str)):
    program = 'printf %s "$0" > "$1"; cat words.py'
    return dsl.ContainerSpec(image="unused", command=["sh", "-c", program], args=[words, said])

@dsl.pipeline(name="greeting")
def greeting(name: str = "Ada"):
    say(words=f"{GREETING} {name}")
"""

LISTING_PIPELINE = """
from kfp import dsl
from visavox.pipelines import dataset_version

WORK = 'ls "$0" > "$1"; mkdir -p "$2/sub"; echo one > "$2/a"; echo two > "$2/sub/b c"; date +%N > "$3"'

@dsl.container_component
def listing(
    scans: dsl.Input[dsl.Artifact], names: dsl.OutputPath(str), made: dsl.Output[dsl.Model], at: dsl.OutputPath(str)
):
    return dsl.ContainerSpec(image="unused", command=["sh", "-c", WORK], args=[scans.path, names, made.path, at])

@dsl.pipeline(name="list-all")
def list_all(scans: str):
    listing(scans=dataset_version(scans))
"""


def test_a_run_and_what_it_made(scans: Path, training: Path, project: Path, command_line: Command, capsys: Any) -> None:
    visavox.import_dataset(scans, "trained")
    run = visavox.run(training, {"scans": "trained"}, cache=False)
    assert run.state == "succeeded"
    assert run.values == {"count/lines": 5, "train/accuracy": 0.875}
    assert run.artifacts == ["train/model"]
    assert run.record.pins.datasets == [visavox.dataset("trained").digest]
    said = capsys.readouterr().err
    assert f"run {run.id}: " in said
    assert "succeeded" in said

    model = run.artifact("train/model")
    assert model.read_text() == "net of 5"
    assert model.name == "model"
    assert run.artifact("train/model") == model
    assert run.artifact("train/model", project.parent / "net.txt").read_text() == "net of 5"
    assert "counted" in run.logs("count")
    assert "== train" in run.logs()
    assert run.id in run._repr_html_()
    assert "/console/runs/" in run.url

    frame = run.metrics()
    assert isinstance(frame, pandas.DataFrame)
    loss = frame[frame["metric"] == "loss"]
    assert loss["step"].tolist() == [0, 1, 2]
    assert loss["value"].tolist()[:2] == [0.9, 0.5]
    assert math.isnan(loss["value"].tolist()[2])
    table = run.metrics(frame="polars")
    assert isinstance(table, polars.DataFrame)
    assert table.columns == ["task", "metric", "step", "value", "time"]
    assert len(run.metrics(frame="rows", task="train")) == len(frame)

    # The same folder is the same code for the command line.
    again = command_line("run", "training.json", "--param", "scans=trained")
    assert again["pins"] == json.loads(run.record.pins.model_dump_json(by_alias=True))
    assert again["tasks"][-1]["cached"] is True
    assert [one.id for one in visavox.runs(limit=2)] == [again["id"], run.id]
    assert visavox.get_run(again["id"]).differences(run) == []

    name = f"counter-{run.id}"
    registered = visavox.register(name, run)
    assert (registered.name, registered.version, registered.run) == (name, 1, run.id)
    assert visavox.register(name, f"{run.id}/train/model").version == 1
    assert visavox.model(f"{name}:1").metrics == registered.metrics
    assert any(path.read_text() == "net of 5" for path in registered.folder().rglob("*") if path.is_file())
    assert name in registered._repr_html_()
    with pytest.raises(VisavoxError) as refused:
        visavox.release(registered, to="production")
    assert refused.value.action


def test_models_are_released_and_rolled_back(scans: Path, training: Path) -> None:
    versions = []
    for lines in (3, 4):
        (scans / "a.csv").write_text("digit,ink\n" * lines)
        visavox.import_dataset(scans, "released")
        run = visavox.run(training, {"scans": "released"}, progress=False)
        versions.append(run.register("reader", "train/model"))
    older, newer = versions
    release = visavox.release(older, to="production")
    assert (release.model, release.version, release.stage) == ("reader", older.version, "shadow")
    assert release.promote().stage == "champion"
    newest = visavox.release(f"reader:{newer.version}").promote()
    assert visavox.model("reader@champion").version == newer.version
    assert "champion" in visavox.model(f"reader:{newer.version}").aliases
    assert newest.rollback().version == older.version
    assert visavox.model("reader@champion").version == older.version
    assert {one.version: one.stage for one in visavox.releases("reader")}[newer.version] == "retired"
    assert visavox.models("reader")[0].name == "reader"


def test_a_pipeline_of_the_kfp_sdk(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "words.py").write_text("GREETING = 'Good morning'\n")
    (project / "greet.py").write_text(KFP_PIPELINE)
    (project / "pyproject.toml").write_text("")
    by_file = visavox.run("greet.py", {"name": "Grace"}, cache=False, progress=False)
    assert by_file.values == {"say/said": "Good morning Grace"}
    assert "GREETING" in by_file.logs("say")
    reproduction = by_file.reproduce(progress=False)
    assert reproduction.identical
    assert not any(task.cached for task in reproduction.run.tasks)

    monkeypatch.syspath_prepend(project)
    import greet

    assert visavox.run(greet.greeting, progress=False).values == {"say/said": "Good morning Ada"}
    with pytest.raises(VisavoxError, match="no pipeline nothing"):
        visavox.run("greet.py", pipeline_name="nothing")


@pytest.mark.parametrize(
    ("pipeline", "parameters", "detail"),
    [
        ("gone.py", {}, "gone.py does not exist"),
        ("gone.json", {}, "gone.json cannot be read"),
        ("pipeline.ts", {}, "no pipeline that Python can read"),
        (print, {}, "is no pipeline"),
        ({"root": {}}, {"x": float("nan")}, "the parameter x cannot be sent"),
        ({"root": {}}, {"x": object()}, "the parameter x cannot be sent"),
        ({"root": {}}, {}, "The pipeline cannot be read"),
    ],
)
def test_what_is_no_pipeline_is_refused(project: Path, pipeline: Any, parameters: dict[str, Any], detail: str) -> None:
    with pytest.raises(VisavoxError, match=detail) as refused:
        visavox.run(pipeline, parameters, code=False)
    assert refused.value.action


def test_a_dataset_version_in_a_pipeline_of_the_kfp_sdk(scans: Path, project: Path) -> None:
    (project / "listing.py").write_text(LISTING_PIPELINE)
    dataset = visavox.import_dataset(scans, "listed")
    run = visavox.run("listing.py", {"scans": dataset}, code=False, progress=False)
    assert run.values["listing/names"].split() == ["a.csv", "late", "metadata.csv"]
    assert run.record.pins.datasets == [dataset.digest]

    folder = run.artifact("listing/made")
    assert (folder / "sub" / "b c").read_text() == "two\n"
    mine = run.artifact("listing/made", project / "mine")
    assert sorted(path.name for path in mine.iterdir()) == ["a", "sub"]
    again = run.reproduce(progress=False)
    assert not again.identical
    assert [difference.name for difference in again.differences] == ["listing/at"]
    files = run.register(f"folder-{run.id}").folder()
    assert (files / "sub" / "b c").read_text() == "two\n"
    with pytest.raises(VisavoxError) as unknown:
        run.artifact("listing/nothing")
    assert unknown.value.status == 404


def test_a_server_may_be_away_while_somebody_waits(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = visavox.run(failing("true"), wait=False, code=False)
    request, away = run._transport.request, iter(["server_unreachable", "answer_cut_off"])

    def failing_at_first(*words: Any, **rest: Any) -> bytes:
        if code := next(away, None):
            raise VisavoxError("nobody answers", code=code, action="Start it.")
        return request(*words, **rest)

    monkeypatch.setattr(run._transport, "request", failing_at_first)
    assert run.wait(progress=False).state == "succeeded"


def failing(command: str) -> dict[str, Any]:
    return {
        "pipelineInfo": {"name": "failing"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "components": {"comp-work": {"executorLabel": "exec-work"}},
        "deploymentSpec": {
            "executors": {"exec-work": {"container": {"image": "unused", "command": ["sh", "-c", command]}}}
        },
        "root": {"dag": {"tasks": {"work": {"taskInfo": {"name": "work"}, "componentRef": {"name": "comp-work"}}}}},
    }


def test_a_run_that_fails_says_so(project: Path) -> None:
    with pytest.raises(visavox.RunFailed) as failed:
        visavox.run(failing("echo no owls here >&2; exit 3"), code=False, progress=False)
    assert "failed" in failed.value.detail
    assert 'run.logs("work")' in str(failed.value)
    run = visavox.get_run(failed.value.run)
    assert run.state == "failed"
    assert "no owls here" in run.logs("work")
    assert run.wait(check=False, progress=False).state == "failed"


def test_a_run_can_be_left_and_canceled(project: Path, capsys: Any) -> None:
    run = visavox.run(failing("sleep 600"), wait=False, code=False)
    with pytest.raises(TimeoutError, match="goes on"):
        run.wait(timeout=0, progress=False)
    run.cancel()
    assert run.wait(check=False, progress=False).state == "canceled"


def test_the_same_over_asyncio(scans: Path) -> None:
    async def work() -> tuple[str, dict[str, Any], int]:
        async with visavox.AsyncClient() as client:
            dataset = await client.import_dataset(scans, "asynchronous")
            run, other = await asyncio.gather(
                *(client.run(failing(f"echo {n}"), code=False, progress=False) for n in (1, 2))
            )
            frame = await dataset.pandas()
            with pytest.raises(VisavoxError, match="there is no dataset"):
                await client.dataset("nothing-like-it")

            def refuse(*_: Any) -> None:
                raise VisavoxError("it is away", code="answer_cut_off", action="Try again.")

            dataset._transport.stream = refuse
            with pytest.raises(VisavoxError, match="it is away"):
                await (await client.import_dataset([__file__], "other")).folder()
            return run.state, other.values, len(frame)

    assert asyncio.run(work()) == ("succeeded", {}, 3)
