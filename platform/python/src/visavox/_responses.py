"""What a server answers, as values or errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ._errors import VisavoxError
from ._settings import Settings, find_token, token_file

M = TypeVar("M", bound=BaseModel)


def problem_of(response: httpx.Response, content: bytes, request: str) -> VisavoxError:
    """The problem document of a response (RFC 9457), or as much as its status says."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None  # a proxy's page, or a document that was cut off
    if not isinstance(problem, dict):
        problem = {}

    def text(name: str) -> str | None:
        value = problem.get(name)
        return value if isinstance(value, str) and value else None

    return VisavoxError(
        text("detail") or text("title") or f"the server answered {response.status_code} to {request}",
        code=text("code") or f"http_{response.status_code}",
        action=text("action") or "The log of the server says more.",
        status=response.status_code,
        request_id=text("requestId"),
        details=problem,
    )


def without_token(problem: VisavoxError, settings: Settings, environment: dict[str, str]) -> VisavoxError:
    """What the API says to browsers, said to whoever writes Python: nobody signs in there."""
    given = settings.token or find_token(environment, Path.cwd())
    there = f"the server at {settings.server}"
    return VisavoxError(
        f"{there} does not take this operator's token"
        if given
        else f"{there} wants an operator's token, and there is none in {token_file(environment, Path.cwd())}",
        code=problem.code,
        action="Work in the folder that the server was started in, or set VISAVOX_TOKEN to what follows "
        '"#token=" in the address that the server printed.',
        status=problem.status,
        request_id=problem.request_id,
        details=problem.details,
    )


def unreachable(server: str) -> VisavoxError:
    return VisavoxError(
        f"no server answers at {server}",
        code="server_unreachable",
        action='Start it with "visavox up" ("npm start" in a clone), or name another one: VISAVOX_SERVER=URL.',
    )


def cut_off(request: str) -> VisavoxError:
    return VisavoxError(
        f"the answer to {request} broke off",
        code="answer_cut_off",
        action="Try again: what has arrived whole is kept. The log of the server says more.",
    )


def parsed(model: type[M], content: bytes, request: str) -> M:
    try:
        return model.model_validate_json(content)
    except ValidationError as cause:
        raise VisavoxError(
            f"the answer to {request} is not what this package knows: {cause}",
            code="answer_unknown",
            action="Check that VISAVOX_SERVER is a Visavox server, and that this package is as new.",
        ) from cause
