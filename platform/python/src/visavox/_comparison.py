"""Two runs side by side: what they were made from, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from . import _html, _text, api
from ._compare import Difference, differences


@dataclass(frozen=True, repr=False)
class Comparison:
    """What differs between a run and another one.

    Attributes:
        parameters: those that differ.
        metrics: all numbers that the tasks of either returned.
        outputs: artifacts (by digest), values and states of tasks that differ; empty where both made the same.
        code: files of the code with their patches; None where the code of one of them is not kept.
        packages: of tasks that declare packages of their own.
        datasets: those that the runs had other versions of, with how many items changed.
    """

    before: api.RunDetails
    after: api.RunDetails
    parameters: list[Difference]
    metrics: list[Difference]
    outputs: list[Difference]
    code: api.CodeDifference | None
    packages: list[api.PackageChange]
    datasets: list[api.DatasetChange]

    def __repr__(self) -> str:
        return f"<Comparison of {self._names[0]} and {self._names[1]}>"

    def __str__(self) -> str:
        return "\n\n".join(
            [
                *(_text.table([title, *heads], rows) for title, heads, rows in self._tables()),
                *(_code_as_text(self.code) or ["The code of one of them is not kept."]),
            ]
        )

    def _repr_html_(self) -> str:
        tables = "".join(_html.table([title, *heads], rows) for title, heads, rows in self._tables())
        return tables + _code_as_html(self.code)

    @property
    def _names(self) -> tuple[str, str]:
        before, after = (run.name or _text.short_id(run.id) for run in (self.before, self.after))
        return before, after

    def _tables(self) -> Iterator[tuple[str, tuple[str, ...], list[list[object]]]]:
        """Each with a title, heads of columns and rows."""
        yield "run", self._names, [["state", self.before.state, self.after.state]]
        for title, found in (("parameter", self.parameters), ("metric", self.metrics), ("output", self.outputs)):
            if found:
                rows = [[one.name, _text.shown(one.before), _text.shown(one.after)] for one in found]
                yield title, self._names, [list(row) for row in rows]
        if self.packages:
            yield (
                "package",
                self._names,
                [[f"{one.name} of {one.task}", one.before, one.after] for one in self.packages],
            )
        if self.datasets:
            heads = ("items added", "removed", "changed")
            yield "dataset", heads, [[one.name, one.added, one.removed, one.changed] for one in self.datasets]


def compared(
    before: tuple[api.RunDetails, Mapping[str, float]],
    after: tuple[api.RunDetails, Mapping[str, float]],
    made_from: api.RunDifference,
) -> Comparison:
    """``before``, ``after``: a run and its metrics."""
    (a, metrics_of_a), (b, metrics_of_b) = before, after
    parameters = _pairs(a.pins.parameters, b.pins.parameters)
    return Comparison(
        before=a,
        after=b,
        parameters=[pair for pair in parameters if pair.before != pair.after],
        metrics=list(_pairs(metrics_of_a, metrics_of_b)),
        outputs=differences(a, b),
        code=made_from.code,
        packages=made_from.packages,
        datasets=made_from.datasets,
    )


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    return (Difference(name, before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after)))


def _code_as_text(code: api.CodeDifference | None) -> list[str]:
    if code is None:
        return []
    lines = [
        *(f"+ {path}" for path in code.added),
        *(f"- {path}" for path in code.removed),
        *(file.patch or f"! {file.path}" for file in code.changed),
    ]
    return ["The code is the same." if not lines else "\n".join(lines)]


def _code_as_html(code: api.CodeDifference | None) -> str:
    if code is None:
        return "<p>The code of one of them is not kept.</p>"
    if not (code.added or code.removed or code.changed):
        return "<p>The code is the same.</p>"
    files = [*(("added", path) for path in code.added), *(("removed", path) for path in code.removed)]
    listed = "".join(f"<li>{kind}: {escape(path)}</li>" for kind, path in files)
    patches = "".join(
        f"<details open><summary>{escape(file.path)}</summary>"
        f"<pre>{escape(file.patch or 'it is large, or no text')}</pre></details>"
        for file in code.changed
    )
    return (f"<ul>{listed}</ul>" if listed else "") + patches
