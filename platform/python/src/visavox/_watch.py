"""A run while it is waited for: a line for each change of a task, or a table in a notebook that is written over."""

from __future__ import annotations

import sys
import time

from . import _html, api
from ._errors import VisavoxError
from ._progress import Cell, cell

_PATIENCE_SECONDS = 60.0


class Patience:
    """A server may be started again while somebody waits for hours: it is asked on for a minute."""

    def __init__(self) -> None:
        self._since: float | None = None

    def met(self) -> None:
        self._since = None

    def lasts(self, error: VisavoxError) -> bool:
        if error.code not in ("server_unreachable", "answer_cut_off") and error.status not in (502, 503, 504):
            return False
        self._since = self._since or time.monotonic()
        return time.monotonic() - self._since < _PATIENCE_SECONDS


class Watch:
    def __init__(self, url: str, *, shown: bool) -> None:
        self._url = url
        self._shown = shown
        self._cell: Cell | None = cell() if shown else None
        self._said: dict[str, str] = {}

    def show(self, run: api.Run) -> None:
        if self._cell:
            self._cell.show("", _html.run(run, self._url), done=False)
        elif self._shown:
            if not self._said:
                self._say("", f"run {run.id}: {self._url}")
            for task in run.tasks:
                waits = task.state == "pending" and not task.reason
                state = "from the cache" if task.cached else task.state
                reason = f": {_html.brief(task.reason)}" if task.reason else ""
                if not waits:
                    self._say(task.name, f"  {task.name:<28} {state}{reason}")

    def left(self, run: str) -> None:
        """Ctrl-C stops the waiting, and nothing else."""
        if self._shown:
            print(
                f'Run {run} goes on: visavox.get_run("{run}").wait() follows it, .cancel() stops it.', file=sys.stderr
            )

    def _say(self, about: str, line: str) -> None:
        if self._said.get(about) != line:
            self._said[about] = line
            print(line, file=sys.stderr)
