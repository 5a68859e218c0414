"""Where a sweep looks for the parameters of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ._errors import VisavoxError


@dataclass(frozen=True)
class Range:
    """All numbers from ``low`` to ``high``, both included; whole ones where the parameter is an integer.

    ``step``: from one value to the next. ``log``: evenly over orders of magnitude.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False


def log(low: float, high: float) -> Range:
    """A range that is searched evenly over orders of magnitude: ``log(1e-4, 1)``."""
    return Range(low, high, log=True)


# A list or another collection of values, (low, high), or a Range.
Dimension = Iterable[Any] | tuple[float, float] | Range
Space = Mapping[str, Dimension]


def dimensions_of(space: Space, sendable: Callable[[str, Any], Any]) -> dict[str, Any]:
    """As the API is sent it; whether it contradicts itself, the server says. ``sendable``: a value as JSON."""
    return {name: _dimension(name, dimension, sendable) for name, dimension in space.items()}


def _dimension(name: str, dimension: Dimension, sendable: Callable[[str, Any], Any]) -> dict[str, Any]:
    if isinstance(dimension, tuple):
        if len(dimension) != 2:
            raise _no_space(name, dimension)
        dimension = Range(*dimension)
    if isinstance(dimension, Range):
        low, high = sendable(name, dimension.low), sendable(name, dimension.high)
        step = {} if dimension.step is None else {"step": sendable(name, dimension.step)}
        return {"low": low, "high": high, **step, **({"log": True} if dimension.log else {})}
    if isinstance(dimension, str | bytes | Mapping) or not isinstance(dimension, Iterable):
        raise _no_space(name, dimension)
    return {"values": [sendable(name, value) for value in dimension]}


def _no_space(name: str, dimension: object) -> VisavoxError:
    return VisavoxError(
        f"{dimension!r} is no space for the parameter {name}",
        code="misuse",
        action="Give a list of values, a range as (low, high), visavox.log(low, high) or visavox.Range(low, high, "
        "step=…). What is the same in every trial belongs to parameters=.",
    )
