"""Curves of metrics as rows, and rows as a data frame."""

from __future__ import annotations

from typing import Any, TypedDict

from . import _frames as frames
from . import api
from ._frames import Column, FrameKind


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
    """A column for each field of a row."""
    columns = {
        "task": Column([row["task"] for row in rows], "text"),
        "metric": Column([row["metric"] for row in rows], "text"),
        "step": Column([row["step"] for row in rows], "integer"),
        "value": Column([row["value"] for row in rows], "number"),
        "time": Column([row["time"] for row in rows], "time"),
    }
    return frames.frame_of(columns, kind)
