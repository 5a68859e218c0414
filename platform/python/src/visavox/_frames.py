"""Columns as a data frame of pandas or Polars."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ._errors import VisavoxError, extra_missing

FrameKind = Literal["pandas", "polars", "rows"]
ColumnKind = Literal["text", "integer", "number", "truth", "time"]
_MOST_OF_INTEGER = 2**63


@dataclass(frozen=True)
class Column:
    """``values``: None where a row has none. Times are ISO 8601."""

    values: list[Any]
    kind: ColumnKind


def column_of(values: Sequence[Any]) -> Column:
    """Of values whose types only they know. What is no scalar, or of several types, becomes text, as JSON."""
    kinds = {_kind(value) for value in values if value is not None}
    if len(kinds) == 1:
        return Column(list(values), kinds.pop())
    if kinds == {"integer", "number"}:
        return Column([None if value is None else float(value) for value in values], "number")
    return Column([value if value is None or isinstance(value, str) else json.dumps(value) for value in values], "text")


def columns_by_name(prefix: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """A column for each name that a row has, in the order in which they appear."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {f"{prefix}{name}": column_of([row.get(name) for row in rows]) for name in names}


def _kind(value: Any) -> ColumnKind:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "integer" if abs(value) < _MOST_OF_INTEGER else "number"
    return "number" if isinstance(value, float) else "text"


def frame_of(columns: Mapping[str, Column], kind: FrameKind | None) -> Any:
    """The frame that is asked for; else of pandas or Polars, whichever is installed, else a list of rows."""
    if kind is None:
        kind = next((name for name in ("pandas", "polars") if importlib.util.find_spec(name)), "rows")
    if kind == "rows":
        rows = zip(*(column.values for column in columns.values()), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]
    if kind == "pandas":
        return _pandas(columns)
    if kind == "polars":
        return _polars(columns)
    raise VisavoxError(f"there is no frame {kind!r}", code="misuse", action="Ask for pandas, polars or rows.")


def _pandas(columns: Mapping[str, Column]) -> Any:
    try:
        import pandas
    except ImportError:
        raise extra_missing("pandas", "pandas") from None

    def series(column: Column) -> Any:
        if column.kind == "time":
            return pandas.Series(pandas.to_datetime(column.values, utc=True, format="ISO8601"))
        whole = None not in column.values
        # Where some are missing, integers are floats, as everywhere in pandas.
        types = {"integer": "int64" if whole else "float64", "number": "float64", "truth": "bool" if whole else object}
        return pandas.Series(column.values, dtype=types.get(column.kind, object))

    return pandas.DataFrame({name: series(column) for name, column in columns.items()})


def _polars(columns: Mapping[str, Column]) -> Any:
    try:
        import polars
    except ImportError:
        raise extra_missing("polars", "polars") from None

    types = {"integer": polars.Int64, "number": polars.Float64, "truth": polars.Boolean}

    def series(name: str, column: Column) -> Any:
        made = polars.Series(name, column.values, dtype=types.get(column.kind, polars.String))
        return made.str.to_datetime(time_zone="UTC", strict=False) if column.kind == "time" else made

    return polars.DataFrame([series(name, column) for name, column in columns.items()])
