"""A sweep while it is waited for: a line for each trial that ends, or a table in a notebook that is written over."""

from __future__ import annotations

import sys

from . import _sweep_display as display
from . import api
from ._progress import Cell, cell


class SweepWatch:
    def __init__(self, server: str, *, shown: bool) -> None:
        self._server = server
        self._shown = shown
        self._cell: Cell | None = cell() if shown else None
        self._said: set[str] = set()

    def show(self, sweep: api.SweepDetails) -> None:
        if self._cell:
            self._cell.show("", display.html(sweep, self._server), done=False)
        elif self._shown:
            self._say(f"sweep {sweep.id} of {sweep.pipeline}: {sweep.plan.trials} trials, {sweep.plan.sampler}")
            for trial in sweep.trials:
                if trial.state in ("succeeded", "failed", "canceled"):
                    self._say(f"{trial.number}", display.line(trial, sweep))
            if sweep.reason and sweep.finished_at is None:
                self._say(f"  waits: {sweep.reason}")

    def left(self, sweep: str) -> None:
        """Ctrl-C stops the waiting, and nothing else."""
        if self._shown:
            print(
                f'Sweep {sweep} goes on: visavox.get_sweep("{sweep}").wait() follows it, .cancel() stops it.',
                file=sys.stderr,
            )

    def _say(self, about: str, line: str | None = None) -> None:
        if about not in self._said:
            self._said.add(about)
            print(about if line is None else line, file=sys.stderr)
