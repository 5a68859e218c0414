# Written from _async by `python generate.py`.
"""What the server is sent to run a pipeline, once or in a sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

from .._errors import VisavoxError
from .._pipelines import Pipeline, load
from . import flow
from .code import Code, send_code
from .datasets import Dataset
from .transport import Transport


@dataclass(frozen=True)
class Submission:
    """The arguments that :meth:`Client.run` and :meth:`Client.sweep` have in common."""

    pipeline: Pipeline
    parameters: Mapping[str, Any] | None
    code: Code
    cache: bool
    engine: str | None
    pipeline_name: str | None

    def request(self, transport: Transport, *, progress: bool) -> dict[str, Any]:
        """Its part of a request, as the API names it. Sends the code of its steps first."""
        loaded = flow.in_thread(load, self.pipeline, self.pipeline_name)
        parameters = {name: sendable(name, value) for name, value in (self.parameters or {}).items()}
        return {
            "pipelineSpec": loaded.spec,
            "parameters": parameters,
            "useCache": self.cache,
            "engine": self.engine,
            "code": send_code(transport, loaded.place, self.code, progress=progress),
        }


def sendable(name: str, value: Any) -> Any:
    """A dataset by its digest, a path by its text, what is NumPy's as what is Python's."""
    if isinstance(value, Dataset):
        return value.digest
    if isinstance(value, PathLike):
        return str(value)
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as cause:
        raise VisavoxError(
            f"the parameter {name} cannot be sent: {cause}",
            code="parameter_invalid",
            action="Give a text, a number, a truth value, or a list or dict of them.",
        ) from cause
    return value
