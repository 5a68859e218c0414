# Written from _async by `python generate.py`.
"""Searches for the parameters of a pipeline: each trial is a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

from .. import _sweep_display, _text, api
from .._errors import SweepFailed, VisavoxError
from .._frames import FrameKind
from .._references import segment
from .._sweep_watch import SweepWatch
from .runs import Run, Runs
from .transport import Transport
from .waiting import wait_for

_PATH = "/api/v1/sweeps"


class Trial:
    """A point of the space that was tried; ``run()`` is its run."""

    def __init__(self, runs: Runs, record: api.TrialOutcome) -> None:
        self._runs = runs
        self._record = record

    @property
    def number(self) -> int:
        """From 1, in the order in which they began."""
        return self._record.number

    @property
    def parameters(self) -> dict[str, Any]:
        """Those that the sweep varies."""
        return self._record.parameters

    @property
    def value(self) -> float | None:
        """Of the sweep's metric; None where it has none, or not yet."""
        return self._record.value

    @property
    def state(self) -> api.RunState:
        return self._record.state

    @property
    def stopped(self) -> bool:
        """Whether it was stopped early, because it had fallen behind the others."""
        return bool(self._record.stopped)

    @property
    def reason(self) -> str | None:
        """Why it failed, for people."""
        return self._record.reason

    @property
    def run_id(self) -> str:
        return self._record.run

    @property
    def record(self) -> api.TrialOutcome:
        return self._record

    def run(self) -> Run:
        """Its run, as it is now."""
        return self._runs.get(self.run_id)

    def __repr__(self) -> str:
        value = _text.shown(self.value) if self.value is not None else _sweep_display.state_of(self._record)
        return f"<Trial {self.number}: {_text.assignments(self.parameters)}: {value}>"


class Trials(Sequence[Trial]):
    """The trials of a sweep in the order in which they began. In a notebook it is a table."""

    def __init__(self, trials: Sequence[Trial], metric: str, server: str) -> None:
        self._trials = trials
        self._metric = metric
        self._server = server

    @overload
    def __getitem__(self, index: int) -> Trial: ...

    @overload
    def __getitem__(self, index: slice) -> Trials: ...

    def __getitem__(self, index: int | slice) -> Trial | Trials:
        if isinstance(index, slice):
            return Trials(self._trials[index], self._metric, self._server)
        return self._trials[index]

    def __len__(self) -> int:
        return len(self._trials)

    def frame(self, kind: FrameKind | None = None) -> Any:
        """A row for each trial: its number, its value, a column for each parameter (``params.rate``), state and run.

        Of pandas or Polars, whichever is installed, else a list of rows; ``kind`` asks for one.
        """
        return _sweep_display.frame(self._records(), kind)

    def _records(self) -> list[api.TrialOutcome]:
        return [trial.record for trial in self._trials]

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self._trials))}]"

    def _repr_html_(self) -> str:
        return _sweep_display.trials_html(self._records(), self._metric, self._server)


class Sweep:
    """A search as it was when it was looked at last: ``refresh`` and ``wait`` look again."""

    def __init__(self, transport: Transport, runs: Runs, record: api.SweepDetails) -> None:
        self._transport = transport
        self._runs = runs
        self._record = record

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def name(self) -> str | None:
        return self._record.name

    @property
    def pipeline(self) -> str:
        return self._record.pipeline

    @property
    def state(self) -> api.SweepState:
        """``running``, ``canceling``, ``succeeded``, ``failed`` or ``canceled``."""
        return self._record.state

    @property
    def reason(self) -> str | None:
        """Why it failed or waits, for people."""
        return self._record.reason

    @property
    def record(self) -> api.SweepDetails:
        """All that the platform says of it, with its plan."""
        return self._record

    @property
    def best(self) -> Trial | None:
        """The best trial so far; None while none has a value."""
        return Trial(self._runs, self._record.best) if self._record.best else None

    @property
    def trials(self) -> Trials:
        trials = [Trial(self._runs, record) for record in self._record.trials]
        return Trials(trials, self._record.plan.metric, self._runs.server)

    def refresh(self) -> Sweep:
        """Looks again, and returns itself."""
        self._record = self._transport.get(api.SweepDetails, f"{_PATH}/{segment(self.id)}")
        return self

    def wait(self, *, progress: bool = True, timeout: float | None = None, check: bool = True) -> Sweep:
        """Waits until it is over, and returns itself.

        ``progress``: shows its trials meanwhile. ``timeout``: in seconds. ``check``: whether a sweep that did not
        succeed is an error; that some of its trials fail is none.

        Raises:
            SweepFailed: it failed or was canceled.
            TimeoutError: it is not over yet. It goes on.
        """
        watch = SweepWatch(self._runs.server, shown=progress)
        wait_for(
            self,
            timeout,
            what=f"sweep {self.id}",
            show=lambda: watch.show(self._record),
            left=lambda: watch.left(self.id),
        )
        if check and self.state != "succeeded":
            raise _failed(self._record)
        return self

    def cancel(self) -> Sweep:
        """Stops it and the trials that run; what is finished stays."""
        return self._ask("cancel")

    def resume(self) -> Sweep:
        """Lets one that failed or was canceled go on with the trials that are left."""
        return self._ask("resume")

    def _ask(self, what: str) -> Sweep:
        self._record = self._transport.post(api.SweepDetails, f"{_PATH}/{segment(self.id)}/{what}")
        return self

    def __repr__(self) -> str:
        done = f"{_sweep_display.ended(self._record)} of {self._record.plan.trials} trials"
        return f"<Sweep {self.id} of {self.pipeline}: {self.state}, {done}, best {self.best}>"

    def _repr_html_(self) -> str:
        return _sweep_display.html(self._record, self._runs.server)


class Sweeps:
    def __init__(self, transport: Transport, runs: Runs) -> None:
        self._transport = transport
        self._runs = runs

    def get(self, id: str) -> Sweep:
        return self._of(self._transport.get(api.SweepDetails, f"{_PATH}/{segment(id)}"))

    def all(self, limit: int) -> list[api.SweepSummary]:
        return (self._transport.get(api.Sweeps, _PATH, {"limit": limit})).sweeps

    def start(self, request: Mapping[str, Any]) -> Sweep:
        """``request``: as the API names its fields; what is None is left out."""
        body = {name: value for name, value in request.items() if value is not None}
        return self._of(self._transport.post(api.SweepDetails, _PATH, body))

    def _of(self, record: api.SweepDetails) -> Sweep:
        return Sweep(self._transport, self._runs, record)


def goal_of(maximize: str | None, minimize: str | None) -> tuple[Literal["maximize", "minimize"], str]:
    """What is done, and with which metric."""
    if maximize is not None and minimize is None:
        return "maximize", maximize
    if minimize is not None and maximize is None:
        return "minimize", minimize
    raise VisavoxError(
        "a sweep looks for the best value of one metric",
        code="misuse",
        action="Give either maximize=METRIC or minimize=METRIC, as runs show it: run.values, visavox.runs().",
    )


def _failed(sweep: api.SweepDetails) -> SweepFailed:
    return SweepFailed(
        f"sweep {sweep.id} {'was canceled' if sweep.state == 'canceled' else 'failed'}"
        + (f": {sweep.reason}" if sweep.reason else ""),
        sweep=sweep.id,
        action=f'Look at its trials: visavox.get_sweep("{sweep.id}").trials; .resume() goes on with what is left.',
    )
