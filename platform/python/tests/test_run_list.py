"""Runs that have names, are found again, and are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import visavox
from visavox import VisavoxError
from visavox._frames import Column, column_of, frame_of

from .fitting import fitting

PRINTING = """
from kfp import dsl

@dsl.container_component
def show(scans: dsl.Input[dsl.Artifact], greeting: str, said: dsl.OutputPath(int)):
    command = ["sh", "-c", 'cat words.txt; ls "$0" | wc -l | tr -d " " > "$2"']
    return dsl.ContainerSpec(image="unused", command=command, args=[scans.path, greeting, said])

@dsl.pipeline(name="printing")
def printing(scans: str, greeting: str = "hello"):
    from visavox.pipelines import dataset_version
    show(scans=dataset_version(scans), greeting=greeting)
"""


def test_runs_have_names_notes_and_tags(project: Path) -> None:
    tags = {"team": "ink", "draft": "yes"}
    run = visavox.run(fitting(), {"rate": 0.5}, name="the second", note="as <before>", tags=tags, code=False)
    assert (run.name, run.note, run.tags) == ("the second", "as <before>", tags)
    assert visavox.get_run("the second").id == visavox.get_run(run.id[:10]).id == run.id
    assert "'the second'" in repr(run)
    assert "<b>the second</b>" in run._repr_html_()

    run.edit(name="the first", tags={"draft": None, "fold": "1"})
    assert (run.name, run.note, run.tags) == ("the first", "as <before>", {"team": "ink", "fold": "1"})
    run.edit(note=None)
    assert visavox.get_run("the first").note is None
    with pytest.raises(VisavoxError) as refused:
        run.edit(tags={"a key": "with a space"})
    assert refused.value.status == 400


def test_runs_are_found_sorted_and_put_in_a_frame(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {"study": "lists"}
    parameters: list[dict[str, Any]] = [{"rate": 0.5}, {"rate": 1, "units": 16}, {"rate": 0.25, "units": 4}]
    made = [visavox.run(fitting(), given, tags=tags, code=False, progress=False) for given in parameters]
    made[0].edit(name="with a name", tags={"fold": "1"})

    runs = visavox.runs(tags=tags)
    assert [run.id for run in runs] == [run.id for run in reversed(made)]
    assert [run.id for run in visavox.runs(tags={**tags, "fold": "1"})] == [made[0].id]
    assert len(visavox.runs(tags=tags, state="failed")) == 0
    assert visavox.runs(pipeline="fitting", tags=tags, find="WITH A")[0].name == "with a name"

    best = visavox.runs(tags=tags, sort="score", limit=2)
    assert ([run.metrics["score"] for run in best], best.total) == ([14, 7], 3)
    assert best[0].run().values == {"fit/score": 14}
    assert (best[0].parameters, best[1].tags) == ({"rate": 1, "units": 16}, {**tags, "fold": "1"})
    assert [run.metrics["score"] for run in visavox.runs(tags=tags, sort="score", order="asc", start=1)] == [7, 14]
    monkeypatch.setattr("visavox._sync.run_list._PAGE", 2)
    assert [run.metrics["score"] for run in visavox.runs(tags=tags, sort="score", limit=None)[1:]] == [7, 3.5]

    assert str(best).splitlines()[0].split() == ["run", "name", "pipeline", "state", "score"]
    assert "with a name" in str(best)
    assert "2 of 3 runs" in str(best)
    assert f'/console/runs/{best[0].id}"' in best._repr_html_()

    frame = runs.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["params.units"].tolist() == [4, 16, 8]
    assert frame.sort_values("metrics.score").iloc[-1]["run"] == made[1].id
    assert frame["created"].is_monotonic_decreasing
    table = runs.frame("polars")
    assert isinstance(table, polars.DataFrame)
    assert table["params.rate"].to_list() == [0.25, 1.0, 0.5]
    assert table["tags.fold"].to_list() == [None, None, "1"]


def test_a_column_has_one_type() -> None:
    columns = {
        "mixed": column_of(["a", 1, None, [1, 2]]),
        "missing": column_of([1, None, 3, 2]),
        "numbers": column_of([1, 2.5, 2**70, None]),
        "truths": column_of([True, None, False, True]),
        "times": Column(["2026-01-01T00:00:00Z", None, "2026-01-01T00:00:00.5Z", None], "time"),
    }
    polars_types = [polars.String, polars.Int64, polars.Float64, polars.Boolean, polars.Datetime("us", "UTC")]
    assert frame_of(columns, "polars").dtypes == polars_types
    frame = frame_of(columns, "pandas")
    assert frame["mixed"].tolist() == ["a", "1", None, "[1, 2]"]
    assert frame["missing"].sum() == 6
    assert frame["times"].isna().tolist() == [False, True, False, True]
    assert frame_of(columns, "rows")[0]["missing"] == 1
    assert len(frame_of({"run": Column([], "text"), "created": Column([], "time")}, "pandas")) == 0


def test_two_runs_are_compared(project: Path, scans: Path) -> None:
    (project / "pyproject.toml").write_text("")
    (project / "printing.py").write_text(PRINTING)
    (project / "words.txt").write_text("good morning\n")
    visavox.import_dataset(scans, "compared")
    before = visavox.run("printing.py", {"scans": "compared"}, name="before", progress=False)
    (project / "words.txt").write_text("good <b>evening</b>\n")
    (project / "extra.txt").write_text("more\n")
    (scans / "c.csv").write_text("digit,ink\n9,1.0\n")
    visavox.import_dataset(scans, "compared")
    visavox.run("printing.py", {"scans": "compared", "greeting": "hi"}, name="after", progress=False)

    found = visavox.compare(before, "after")
    assert ("greeting", "hello", "hi") in [(one.name, one.before, one.after) for one in found.parameters]
    assert [(one.name, one.before, one.after) for one in found.metrics] == [("said", 3, 4)]
    assert {one.name for one in found.outputs} == {"importer/artifact", "show/said"}
    assert found.packages == []
    assert [(one.name, one.added, one.removed) for one in found.datasets] == [("compared", 1, 0)]
    assert found.code is not None
    patches = {one.path: one.patch for one in found.code.changed}
    assert "+good <b>evening</b>" in str(patches["words.txt"])
    assert "extra.txt" in found.code.added
    assert "&lt;b&gt;evening" in found._repr_html_()
    assert "<b>evening" not in found._repr_html_()
    assert "-good morning" in str(found)
    assert repr(found) == "<Comparison of before and after>"

    same = visavox.compare(before, visavox.runs(find="before")[0])
    assert (same.parameters, same.outputs, same.datasets) == ([], [], [])
    assert "The code is the same." in str(same)
