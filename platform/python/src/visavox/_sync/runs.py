# Written from _async by `python generate.py`.
"""Runs of pipelines: started, waited for, and what they made."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, overload

from .. import _html, _metrics, api
from .._canonical import hex_of
from .._compare import Difference, differences
from .._errors import RunFailed, VisavoxError
from .._references import segment, task_output
from .._store import Store, Wanted
from .._watch import Patience, Watch
from . import flow
from .blobs import Address, download
from .models import Model, Models
from .transport import Transport

_POLL_SECONDS = 0.5
_FINISHED = ("succeeded", "failed", "canceled")


@dataclass(frozen=True)
class Reproduction:
    """A run that was made anew: ``identical`` where every artifact has the same bytes and every value is the same."""

    run: Run
    differences: list[Difference]

    @property
    def identical(self) -> bool:
        return not self.differences


class Run:
    """A run of a pipeline, as it was when it was looked at last: ``refresh`` and ``wait`` look again."""

    def __init__(self, transport: Transport, store: Store, record: api.Run) -> None:
        self._transport = transport
        self._store = store
        self._record = record

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def state(self) -> api.RunState:
        """``pending``, ``running``, ``canceling``, ``succeeded``, ``failed`` or ``canceled``."""
        return self._record.state

    @property
    def pipeline(self) -> str:
        return self._record.pipeline

    @property
    def reason(self) -> str | None:
        """Why it failed or waits, for people."""
        return self._record.reason

    @property
    def tasks(self) -> list[api.TaskRecord]:
        return self._record.tasks

    @property
    def record(self) -> api.Run:
        """All that the platform says of it, with what it is pinned to."""
        return self._record

    @property
    def url(self) -> str:
        """Of its page in the console."""
        return _html.console(self._transport.settings.server, "runs", self.id)

    @property
    def values(self) -> dict[str, Any]:
        """What its tasks answered, by ``TASK/OUTPUT``: ``{"train/accuracy": 0.93}``."""
        return {
            f"{task.name}/{output}": value for task in self.tasks for output, value in task.outputs.parameters.items()
        }

    @property
    def artifacts(self) -> list[str]:
        """What its tasks made, as ``TASK/OUTPUT``. Dataset versions, which they were given, are not among them."""
        return [
            f"{task.name}/{output}"
            for task in self.tasks
            for output, made in task.outputs.artifacts.items()
            if not any(artifact.type == "visavox.DatasetVersion" for artifact in made)
        ]

    def refresh(self) -> Run:
        """Looks again, and returns itself."""
        self._record = self._transport.get(api.Run, self._path())
        return self

    def wait(self, *, progress: bool = True, timeout: float | None = None, check: bool = True) -> Run:
        """Waits until it is over, and returns itself.

        ``progress``: shows its tasks meanwhile. ``timeout``: in seconds. ``check``: whether a run that did not succeed
        is an error.

        Raises:
            RunFailed: it failed or was canceled.
            TimeoutError: it is not over yet. It goes on.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        watch, patience = Watch(self.url, shown=progress), Patience()
        try:
            while True:
                self._look(patience)
                watch.show(self._record)
                if self.state in _FINISHED:
                    break
                if ends is not None and time.monotonic() >= ends:
                    raise TimeoutError(f"run {self.id} is {self.state} after {timeout} s, and goes on")
                flow.sleep(_POLL_SECONDS)
        except flow.STOPPED:
            watch.left(self.id)
            raise
        if check and self.state != "succeeded":
            raise _failed(self._record)
        return self

    def _look(self, patience: Patience) -> None:
        try:
            self.refresh()
            patience.met()
        except VisavoxError as error:
            if not patience.lasts(error):
                raise

    def logs(self, task: str | None = None) -> str:
        """What a task has written so far; of all tasks one after the other, without one."""
        if task is not None:
            content = self._transport.request("GET", self._path("tasks", task, "logs"))
            return content.decode(errors="replace")
        return "\n".join([f"== {one.name}\n{self.logs(one.name)}" for one in self.tasks])

    def artifact(self, output: str, path: str | PathLike[str] | None = None, *, progress: bool = True) -> Path:
        """What a task made, as the file or folder that it is: ``run.artifact("train/model")``.

        Downloaded once, checked against its SHA-256 and kept, read-only; with ``path``, a copy of your own is there.

        Raises:
            VisavoxError: ``unknown_output`` or ``output_gone``.
        """
        task, name = task_output(output)
        url = self._path("tasks", task, "outputs", name)
        made = self._transport.get(api.OutputFiles, url)
        is_file = [file.path for file in made.files] == [""]
        kept = self._store.root / "artifacts" / hex_of(made.digest)
        target = Path(path).expanduser() if path is not None else kept / _plain(name) if is_file else kept
        files = [Wanted(target.name if is_file else file.path, file.digest, file.bytes) for file in made.files]

        def address(file: Wanted) -> Address:
            return f"{url}/file", {"path": "" if is_file else file.key}

        download(self._transport, self._store, files, address, what=output, shown=progress)
        folder = target.parent if is_file else target
        flow.in_thread(self._store.place, files, folder, linked=path is None)
        return target

    def curves(self, *, task: str | None = None, system: bool = False) -> api.RunCurves:
        """What its tasks logged to MLflow, step by step. ``system``: with what MLflow logs of the machine."""
        params = {"task": task, "system": "true" if system else None}
        return self._transport.get(api.RunCurves, self._path("curves"), params)

    @overload
    def metrics(
        self, *, task: str | None = None, system: bool = False, frame: Literal["rows"]
    ) -> list[_metrics.MetricRow]: ...

    @overload
    def metrics(
        self, *, task: str | None = None, system: bool = False, frame: _metrics.FrameKind | None = None
    ) -> Any: ...

    def metrics(self, *, task: str | None = None, system: bool = False, frame: _metrics.FrameKind | None = None) -> Any:
        """The curves as a data frame with the columns task, metric, step, value and time; a row for each point.

        Of pandas or Polars, whichever is installed, else a list of rows; ``frame`` asks for one. Of long curves the
        platform sends the points that stand out: ``curves`` says how many were logged.
        """
        curves = self.curves(task=task, system=system)
        if curves.problem:
            warnings.warn(f"metrics are missing: {curves.problem.detail} {curves.problem.action}", stacklevel=2)
        return _metrics.frame_of(_metrics.rows_of(curves), frame)

    def cancel(self) -> Run:
        """Stops it; what is finished stays."""
        self._transport.post(api.RunStarted, self._path("cancel"))
        return self.refresh()

    def resume(self) -> Run:
        """Lets a failed or canceled run go on where it stopped."""
        self._transport.post(api.RunStarted, self._path("resume"))
        return self.refresh()

    def reproduce(self, *, engine: str | None = None, progress: bool = True) -> Reproduction:
        """Runs it anew, nothing from the cache, waits, and says whether everything came out the same."""
        body = {"engine": engine or self._record.engine}
        started = self._transport.post(api.RunStarted, self._path("reproduce"), body)
        again = Runs(self._transport, self._store).get(started.id)
        again.wait(progress=progress, check=False)
        return Reproduction(again, differences(self._record, again.record))

    def differences(self, other: Run) -> list[Difference]:
        """What another run made that this one did not, or made otherwise. Empty where both made the same."""
        return differences((self.refresh()).record, (other.refresh()).record)

    def register(self, name: str, output: str | None = None) -> Model:
        """Registers what it made as a version of a model; ``output`` where it made several, as ``TASK/OUTPUT``."""
        return Models(self._transport, self._store).register(name, self.id, output)

    def _path(self, *below: str) -> str:
        return "/".join(["/api/v1/runs", segment(self.id), *(segment(part) for part in below)])

    def __repr__(self) -> str:
        return f"<Run {self.id} of {self.pipeline}: {self.state}>"

    def _repr_html_(self) -> str:
        return _html.run(self._record, self.url)


class Runs:
    def __init__(self, transport: Transport, store: Store) -> None:
        self._transport = transport
        self._store = store

    def get(self, id: str) -> Run:
        record = self._transport.get(api.Run, f"/api/v1/runs/{segment(id)}")
        return Run(self._transport, self._store, record)

    def all(self, query: Mapping[str, Any]) -> list[Run]:
        """``query``: as the API names it; what is None is left out."""
        answer = self._transport.get(api.Runs, "/api/v1/runs", query)
        return [Run(self._transport, self._store, record) for record in answer.runs]

    def start(self, request: Mapping[str, Any]) -> Run:
        """``request``: as the API names its fields; what is None is left out."""
        body = {name: value for name, value in request.items() if value is not None}
        return self.get((self._transport.post(api.RunStarted, "/api/v1/runs", body)).id)


def _failed(run: api.Run) -> RunFailed:
    tasks = [task for task in run.tasks if task.state == "failed"]
    reason = run.reason or next((task.reason for task in tasks if task.reason), None)
    log = f'its log: run.logs("{tasks[0].name}")' if tasks else "its logs: run.logs()"
    return RunFailed(
        f"run {run.id} {'was canceled' if run.state == 'canceled' else 'failed'}" + (f": {reason}" if reason else ""),
        run=run.id,
        action=f'Read {log}, where run = visavox.get_run("{run.id}").',
    )


def _plain(name: str) -> str:
    """The name of an output as that of a file."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name).lstrip(".") or "output"
