"""Curves of metrics as rows, and rows as a data frame."""

from __future__ import annotations

import importlib.util
from typing import Any, Literal, TypedDict

from . import api
from ._errors import VisavoxError, extra_missing

FrameKind = Literal["pandas", "polars", "rows"]


class MetricRow(TypedDict):
    """One point of a curve. ``time``: ISO 8601, when it was logged."""

    task: str
    metric: str
    step: int
    value: float
    time: str


def rows_of(curves: api.RunCurves) -> list[MetricRow]:
    return [
        {
            "task": task.name,
            "metric": metric.name,
            "step": point.step,
            # JSON has no NaN and no infinity; they come as their names, which float() knows.
            "value": float(point.value),
            "time": point.time,
        }
        for task in curves.tasks
        for metric in task.metrics
        for point in metric.points
    ]


def frame_of(rows: list[MetricRow], kind: FrameKind | None) -> Any:
    """The frame that is asked for; else of pandas or Polars, whichever is installed, else the rows."""
    if kind is None:
        kind = next((name for name in ("pandas", "polars") if importlib.util.find_spec(name)), "rows")
    columns = list(MetricRow.__annotations__)
    if kind == "rows":
        return rows
    if kind == "pandas":
        try:
            import pandas
        except ImportError:
            raise extra_missing("pandas", "pandas") from None
        frame = pandas.DataFrame(rows, columns=columns)
        return frame.astype({"step": "int64", "value": "float64"}).assign(
            time=pandas.to_datetime(frame["time"], utc=True)
        )
    if kind == "polars":
        try:
            import polars
        except ImportError:
            raise extra_missing("polars", "polars") from None
        schema = {**dict.fromkeys(columns, polars.String), "step": polars.Int64, "value": polars.Float64}
        return polars.DataFrame(rows, schema=schema, orient="row").with_columns(
            polars.col("time").str.to_datetime(time_zone="UTC", strict=False)
        )
    raise VisavoxError(f"there is no frame {kind!r}", code="misuse", action="Ask for pandas, polars or rows.")
