"""Two runs side by side."""

from __future__ import annotations

from .. import api
from .._comparison import Comparison, compared
from .._references import segment
from .run_list import AsyncRunSummary
from .runs import AsyncRun, AsyncRuns
from .sweeps import AsyncTrial
from .transport import AsyncTransport

# A run as people have it in hand: an object, its id, the beginning of that, or its name.
AsyncRunReference = AsyncRun | AsyncRunSummary | AsyncTrial | str


async def compare(
    transport: AsyncTransport, runs: AsyncRuns, before: AsyncRunReference, after: AsyncRunReference
) -> Comparison:
    a, b = (await runs.get(_reference(before))).record, (await runs.get(_reference(after))).record
    made_from = await transport.get(api.RunDifference, f"/api/v1/runs/{segment(b.id)}/difference", {"from": a.id})
    return compared((a, await _metrics(runs, a.id)), (b, await _metrics(runs, b.id)), made_from)


def _reference(run: AsyncRunReference) -> str:
    if isinstance(run, AsyncTrial):
        return run.run_id
    return run if isinstance(run, str) else run.id


async def _metrics(runs: AsyncRuns, id: str) -> dict[str, float]:
    """Under the names that the server's lists have for them. Notes of other runs may mention the id."""
    found = await runs.page({"find": id, "limit": 1000})
    return next((run.metrics for run in found.runs if run.id == id), {})
