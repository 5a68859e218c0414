"""Runs in brief as a table, and as a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _html, _text, api
from ._frames import Column, FrameKind, columns_by_name, frame_of

_MOST_METRICS = 6
_Records = Sequence[api.RunSummary]


def text(records: _Records, total: int, sort: str | None) -> str:
    head, metrics = _head(records, sort)
    return _text.table(head, [_row(record, metrics) for record in records]) + "\n" + _count(records, total)


def html(records: _Records, total: int, sort: str | None, server: str) -> str:
    head, metrics = _head(records, sort)

    def row(record: api.RunSummary) -> list[object]:
        url = _html.console(server, "runs", record.id)
        return [_html.link(url, _text.short_id(record.id)), *_row(record, metrics)[1:]]

    return _html.table(head, [row(record) for record in records]) + f"<p>{_count(records, total)}</p>"


def frame(records: _Records, kind: FrameKind | None) -> Any:
    """Parameters, metrics and tags have columns of their own, named as ``mlflow.search_runs`` names them."""
    columns = {
        "run": Column([record.id for record in records], "text"),
        "name": Column([record.name for record in records], "text"),
        "pipeline": Column([record.pipeline for record in records], "text"),
        "state": Column([record.state for record in records], "text"),
        "created": Column([record.created_at for record in records], "time"),
        "finished": Column([record.finished_at for record in records], "time"),
        **columns_by_name("params.", [record.parameters for record in records]),
        **columns_by_name("metrics.", [record.metrics for record in records]),
        **columns_by_name("tags.", [record.tags or {} for record in records]),
    }
    return frame_of(columns, kind)


def _head(records: _Records, sort: str | None) -> tuple[list[str], list[str]]:
    """The columns, and those of them that are metrics: what was sorted by comes first."""
    names = dict.fromkeys([*([sort] if sort else []), *(name for record in records for name in record.metrics)])
    metrics = list(names)[:_MOST_METRICS]
    return ["run", "name", "pipeline", "state", *metrics], metrics


def _row(record: api.RunSummary, metrics: list[str]) -> list[object]:
    numbers = [_text.shown(record.metrics.get(name)) for name in metrics]
    return [_text.short_id(record.id), record.name, record.pipeline, record.state, *numbers]


def _count(records: _Records, total: int) -> str:
    return f"{len(records)} of {total} runs" if len(records) < total else f"{total} runs"
