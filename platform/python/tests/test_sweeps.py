"""Searches for parameters, on the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

import visavox
from visavox import VisavoxError

from .fitting import fitting


def test_a_grid_is_searched_for_the_best_point(project: Path, capsys: Any) -> None:
    sweep = visavox.sweep(
        fitting(),
        {"units": numpy.array([16, 32]), "rate": visavox.Range(0, 1, step=1)},
        maximize="score",
        sampler="grid",
        name="searching",
        code=False,
    )
    assert (sweep.state, sweep.name, len(sweep.trials)) == ("succeeded", "searching", 4)
    assert sweep.best is not None
    assert (sweep.best.parameters, sweep.best.value) == ({"units": 32, "rate": 0}, 32)
    assert sweep.best.run().values == {"fit/score": 32}
    said = capsys.readouterr().err
    assert f"sweep {sweep.id} of fitting: 4 trials, grid" in said
    assert "4/4  units=32 rate=1  30" in said
    assert "best so far" in said

    frame = sweep.trials.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.columns.tolist() == ["trial", "value", "params.units", "params.rate", "state", "run"]
    assert frame.loc[frame["value"].idxmax(), "run"] == sweep.best.run_id
    assert {run.sweep for run in (one.record for one in visavox.runs(sweep=sweep))} == {sweep.id}
    shown = sweep._repr_html_()
    assert "4 of 4 trials" in shown
    assert shown.index("<td>32</td>") < shown.index("<td>16</td>")
    assert f"/console/runs/{sweep.best.run_id}" in sweep.trials[:1]._repr_html_() + sweep.trials[1:]._repr_html_()
    assert "units=32" in repr(sweep)
    assert visavox.get_sweep("searching").id == visavox.sweeps(limit=1)[0].id == sweep.id


def test_a_sweep_is_left_canceled_and_resumed(project: Path) -> None:
    ready = project / "ready"
    command = ["sh", "-c", f'test -e {ready} || sleep 600; echo "$0" > "$2"']
    # Other values than elsewhere, whose results are known.
    space = {"rate": [0.125, 0.375]}
    sweep = visavox.sweep(
        fitting(command),
        space,
        minimize="score",
        trials=2,
        parallel=1,
        stop_early="loss",
        after_steps=3,
        parameters={"units": 5},
        code=False,
        wait=False,
    )
    plan = sweep.record.plan
    assert (plan.goal, plan.metric, plan.trials, plan.parallel, plan.sampler) == ("minimize", "score", 2, 1, "random")
    assert plan.stop_early is not None
    assert (plan.stop_early.metric, plan.stop_early.after_steps) == ("loss", 3)
    with pytest.raises(TimeoutError, match="goes on"):
        sweep.wait(timeout=0, progress=False)
    sweep.cancel()
    with pytest.raises(visavox.SweepFailed, match="was canceled") as canceled:
        sweep.wait(progress=False)
    assert canceled.value.sweep == sweep.id
    with pytest.raises(VisavoxError) as over:
        sweep.cancel()
    assert over.value.action
    ready.touch()
    assert sweep.resume().wait(progress=False).state == "succeeded"
    assert sweep.best is not None
    assert sweep.best.value == 5


@pytest.mark.parametrize(
    ("space", "detail"),
    [
        ({"rate": (2, 1)}, "the space of rate is empty: 2 is above 1"),
        ({"rate": visavox.log(0, 1)}, "begins at 0, which has no logarithm"),
        ({"rate": visavox.Range(0, 1, step=2)}, "a step of 2, which is wider than itself"),
        ({"rate": [1, 1]}, "has a value twice"),
        ({}, "no parameter is to be varied"),
        ({"rate": 0.5}, "is no space for the parameter rate"),
        ({"rate": "0..1"}, "is no space for the parameter rate"),
        ({"rate": (0, 1, 2)}, "is no space for the parameter rate"),
        ({"rate": (0, float("inf"))}, "the parameter rate cannot be sent"),
        ({"nothing": [1, 2], "rate": [1]}, "nothing"),
    ],
)
def test_a_space_that_contradicts_itself_is_refused(project: Path, space: dict[str, Any], detail: str) -> None:
    with pytest.raises(VisavoxError, match=detail) as refused:
        visavox.sweep(fitting(), space, parameters={"rate": 1}, maximize="score", code=False)
    assert refused.value.action


@pytest.mark.parametrize("goal", [{}, {"maximize": "score", "minimize": "loss"}])
def test_a_sweep_has_one_goal(goal: dict[str, str]) -> None:
    with pytest.raises(VisavoxError, match="the best value of one metric"):
        visavox.sweep(fitting(), {"rate": [1]}, **goal)


def test_the_same_over_asyncio(project: Path) -> None:
    async def search() -> tuple[dict[str, Any], str, list[str]]:
        async with visavox.AsyncClient() as client:
            space = {"rate": visavox.log(1e-4, 1), "units": (8, 64)}
            sweep = await client.sweep(fitting(), space, maximize="score", trials=2, seed=3, code=False, progress=False)
            assert sweep.best is not None
            first, second = sweep.trials
            comparison = await client.compare(first, second)
            run = await sweep.best.run()
            return sweep.best.parameters, run.state, [one.name for one in comparison.parameters]

    parameters, state, differing = asyncio.run(search())
    assert 1e-4 <= parameters["rate"] <= 1
    assert isinstance(parameters["units"], int)
    assert (state, sorted(differing)) == ("succeeded", ["rate", "units"])
