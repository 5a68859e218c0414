# Written from _async by `python generate.py`.
"""Two runs side by side."""

from __future__ import annotations

from .. import api
from .._comparison import Comparison, compared
from .._references import segment
from .run_list import RunSummary
from .runs import Run, Runs
from .sweeps import Trial
from .transport import Transport

# A run as people have it in hand: an object, its id, the beginning of that, or its name.
RunReference = Run | RunSummary | Trial | str


def compare(transport: Transport, runs: Runs, before: RunReference, after: RunReference) -> Comparison:
    a, b = (runs.get(_reference(before))).record, (runs.get(_reference(after))).record
    made_from = transport.get(api.RunDifference, f"/api/v1/runs/{segment(b.id)}/difference", {"from": a.id})
    return compared((a, _metrics(runs, a.id)), (b, _metrics(runs, b.id)), made_from)


def _reference(run: RunReference) -> str:
    if isinstance(run, Trial):
        return run.run_id
    return run if isinstance(run, str) else run.id


def _metrics(runs: Runs, id: str) -> dict[str, float]:
    """Under the names that the server's lists have for them. Notes of other runs may mention the id."""
    found = runs.page({"find": id, "limit": 1000})
    return next((run.metrics for run in found.runs if run.id == id), {})
