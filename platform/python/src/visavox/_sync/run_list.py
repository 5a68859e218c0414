# Written from _async by `python generate.py`.
"""Runs in brief, as lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

from .. import _html, _run_table, api
from .._frames import FrameKind
from .runs import Run, Runs

_PAGE = 1000


class RunSummary:
    """A run as lists have it: ``run()`` is the whole of it."""

    def __init__(self, runs: Runs, record: api.RunSummary) -> None:
        self._runs = runs
        self._record = record

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def name(self) -> str | None:
        """What people call it."""
        return self._record.name

    @property
    def note(self) -> str | None:
        """What people say about it."""
        return self._record.note

    @property
    def tags(self) -> dict[str, str]:
        return self._record.tags or {}

    @property
    def pipeline(self) -> str:
        return self._record.pipeline

    @property
    def state(self) -> api.RunState:
        return self._record.state

    @property
    def parameters(self) -> dict[str, Any]:
        return self._record.parameters

    @property
    def metrics(self) -> dict[str, float]:
        """All numbers that its tasks returned, by name."""
        return self._record.metrics

    @property
    def record(self) -> api.RunSummary:
        """All that lists say of it."""
        return self._record

    @property
    def url(self) -> str:
        """Of its page in the console."""
        return _html.console(self._runs.server, "runs", self.id)

    def run(self) -> Run:
        """The whole run, as it is now."""
        return self._runs.get(self.id)

    def __repr__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        return f"<RunSummary {self.id}{name} of {self.pipeline}: {self.state}>"


class RunList(Sequence[RunSummary]):
    """Some of the runs there are; ``total`` is how many match. In a notebook it is a table."""

    def __init__(self, runs: Sequence[RunSummary], total: int, sort: str | None, server: str) -> None:
        self._runs = runs
        self._sort = sort
        self._server = server
        self.total = total

    @overload
    def __getitem__(self, index: int) -> RunSummary: ...

    @overload
    def __getitem__(self, index: slice) -> RunList: ...

    def __getitem__(self, index: int | slice) -> RunSummary | RunList:
        if isinstance(index, slice):
            return RunList(self._runs[index], self.total, self._sort, self._server)
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def frame(self, kind: FrameKind | None = None) -> Any:
        """A row for each run, with a column for each parameter, metric and tag: ``params.rate``, ``metrics.accuracy``.

        Of pandas or Polars, whichever is installed, else a list of rows; ``kind`` asks for one.
        """
        return _run_table.frame(self._records(), kind)

    def _records(self) -> list[api.RunSummary]:
        return [run.record for run in self._runs]

    def __repr__(self) -> str:
        return _run_table.text(self._records(), self.total, self._sort)

    def _repr_html_(self) -> str:
        return _run_table.html(self._records(), self.total, self._sort, self._server)


def list_runs(runs: Runs, query: Mapping[str, Any], limit: int | None) -> RunList:
    """``query``: as the API names it. ``limit``: None for all."""
    found: dict[str, RunSummary] = {}
    start: int = query.get("start") or 0
    while True:
        wanted = _PAGE if limit is None else min(_PAGE, limit - len(found))
        page = runs.page({**query, "start": start, "limit": wanted})
        # Runs that begin meanwhile push others to the next page, where they would be a second time.
        found |= {record.id: RunSummary(runs, record) for record in page.runs if record.id not in found}
        start += len(page.runs)
        if not page.runs or start >= page.total or (limit is not None and len(found) >= limit):
            return RunList(list(found.values()), page.total, query.get("sort"), runs.server)
