"""Whether two runs made the same: artifacts by digest, values, states of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import api


@dataclass(frozen=True)
class Difference:
    """One thing of two runs; None where a run does not have it."""

    name: str
    before: Any
    after: Any


def differences(before: api.Run, after: api.Run) -> list[Difference]:
    """Empty where every artifact has the same bytes and every value is the same."""
    old, new = dict(_facts(before)), dict(_facts(after))
    return [
        Difference(name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        # JSON has one number: 1 and 1.0 are the same, True is another thing.
        if old.get(name) != new.get(name) or isinstance(old.get(name), bool) != isinstance(new.get(name), bool)
    ]


def _facts(run: api.Run) -> Iterator[tuple[str, Any]]:
    for task in run.tasks:
        # A result from the cache is that of a task that succeeded.
        yield task.name, "succeeded" if task.cached else task.state
        for name, value in task.outputs.parameters.items():
            yield from _leaves(f"{task.name}/{name}", value)
        for name, artifacts in task.outputs.artifacts.items():
            for index, artifact in enumerate(artifacts):
                place = f"{task.name}/{name}" + (f"/{index}" if len(artifacts) > 1 else "")
                yield place, artifact.digest
                if artifact.type.lower().endswith("metrics"):
                    yield from _numbers(f"{task.name}/{name}", artifact.metadata)


def _numbers(place: str, metadata: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in _leaves(place, metadata):
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value


def _leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str | int | float | bool):
        yield place, value
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(f"{place}.{index}", inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{place}.{key}", inner)
