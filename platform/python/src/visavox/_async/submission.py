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
from .datasets import AsyncDataset
from .transport import AsyncTransport


@dataclass(frozen=True)
class AsyncSubmission:
    """The arguments that :meth:`AsyncClient.run` and :meth:`AsyncClient.sweep` have in common."""

    pipeline: Pipeline
    parameters: Mapping[str, Any] | None
    code: Code
    cache: bool
    engine: str | None
    pipeline_name: str | None

    async def request(self, transport: AsyncTransport, *, progress: bool) -> dict[str, Any]:
        """Its part of a request, as the API names it. Sends the code of its steps first."""
        loaded = await flow.in_thread(load, self.pipeline, self.pipeline_name)
        parameters = {name: sendable(name, value) for name, value in (self.parameters or {}).items()}
        return {
            "pipelineSpec": loaded.spec,
            "parameters": parameters,
            "useCache": self.cache,
            "engine": self.engine,
            "code": await send_code(transport, loaded.place, self.code, progress=progress),
        }


def sendable(name: str, value: Any) -> Any:
    """A dataset by its digest, a path by its text, what is NumPy's as what is Python's."""
    if isinstance(value, AsyncDataset):
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
