"""A sweep as people see it: its trials, the best ones first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from . import _html, _text, api
from ._frames import Column, FrameKind, columns_by_name, frame_of

_MOST_ROWS = 30


def html(sweep: api.SweepDetails, server: str) -> str:
    name = f" <b>{escape(sweep.name)}</b>" if sweep.name else ""
    head = (
        f"<p>sweep {escape(_text.short_id(sweep.id))}{name} of {escape(sweep.pipeline)}: "
        f"<b>{escape(sweep.state)}</b>, {ended(sweep)} of {sweep.plan.trials} trials</p>"
    )
    reason = f"<pre>{escape(sweep.reason)}</pre>" if sweep.reason else ""
    return head + trials_html(best_first(sweep), sweep.plan.metric, server) + reason


def trials_html(trials: Sequence[api.TrialOutcome], metric: str, server: str) -> str:
    names = dict.fromkeys(name for trial in trials for name in trial.parameters)
    rows = [
        [
            trial.number,
            *(_text.shown(trial.parameters.get(name)) for name in names),
            _text.shown(trial.value),
            state_of(trial),
            _html.link(_html.console(server, "runs", trial.run), _text.short_id(trial.run)),
        ]
        for trial in trials[:_MOST_ROWS]
    ]
    more = f"<p>and {len(trials) - _MOST_ROWS} more</p>" if len(trials) > _MOST_ROWS else ""
    return _html.table(["trial", *names, metric, "state", "run"], rows) + more


def frame(trials: Sequence[api.TrialOutcome], kind: FrameKind | None) -> Any:
    columns = {
        "trial": Column([trial.number for trial in trials], "integer"),
        "value": Column([trial.value for trial in trials], "number"),
        **columns_by_name("params.", [trial.parameters for trial in trials]),
        "state": Column([state_of(trial) for trial in trials], "text"),
        "run": Column([trial.run for trial in trials], "text"),
    }
    return frame_of(columns, kind)


def line(trial: api.TrialOutcome, sweep: api.SweepDetails) -> str:
    """A trial that has ended."""
    outcome = _text.shown(trial.value) if trial.value is not None else state_of(trial)
    reason = f": {_html.brief(trial.reason)}" if trial.value is None and trial.reason else ""
    best = "  best so far" if sweep.best and sweep.best.number == trial.number else ""
    return f"  {trial.number}/{sweep.plan.trials}  {_text.assignments(trial.parameters)}  {outcome}{reason}{best}"


def best_first(sweep: api.SweepDetails) -> list[api.TrialOutcome]:
    sign = -1 if sweep.plan.goal == "maximize" else 1
    return sorted(
        sweep.trials, key=lambda trial: (float("inf") if trial.value is None else sign * trial.value, trial.number)
    )


def ended(sweep: api.SweepDetails) -> int:
    return sum(trial.state in ("succeeded", "failed", "canceled") for trial in sweep.trials)


def state_of(trial: api.TrialOutcome) -> str:
    return "stopped early" if trial.stopped else trial.state
