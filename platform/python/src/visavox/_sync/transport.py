# Written from _async by `python generate.py`.
"""Requests to a server, and its refusals as errors."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel

from .._responses import cut_off, parsed, problem_of, unreachable, without_token
from .._settings import Settings, find_token
from .._version import __version__

M = TypeVar("M", bound=BaseModel)

# The server answers within 20 seconds whatever takes long, and streams the rest.
_TIMEOUT = httpx.Timeout(60, connect=10)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Transport:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._http = httpx.Client(
            timeout=_TIMEOUT,
            headers={"user-agent": f"visavox-python/{__version__}"},
            # No proxy leads to this machine.
            trust_env=urlsplit(settings.server).hostname not in _LOOPBACK,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, model: type[M], path: str, params: Mapping[str, Any] | None = None) -> M:
        return parsed(model, self.request("GET", path, params=params), f"GET {path}")

    def post(self, model: type[M], path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> M:
        return parsed(model, self.request("POST", path, json=body, params=params), f"POST {path}")

    def computed(self, model: type[M], path: str, body: Any) -> M:
        """As :meth:`post`, of what takes long: the server says after some seconds that it is not done yet."""
        while True:
            content = self.request("POST", path, json=body)
            if content != b'{"state":"computing"}':
                return parsed(model, content, f"POST {path}")

    def patch(self, model: type[M], path: str, body: Any) -> M:
        return parsed(model, self.request("PATCH", path, json=body), f"PATCH {path}")

    def put(self, path: str, content: bytes) -> None:
        self.request("PUT", path, content=content, headers={"content-type": "application/octet-stream"})

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of the answer.

        Raises:
            VisavoxError: what the server's problem document says, or ``server_unreachable``.
        """
        try:
            response = self._http.request(
                method,
                self.settings.server + path,
                params={name: value for name, value in (params or {}).items() if value is not None},
                json=json,
                content=content,
                headers={**(headers or {}), **self._authorization()},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as cause:
            raise unreachable(self.settings.server) from cause
        except httpx.TransportError as cause:
            raise cut_off(f"{method} {path}") from cause
        self._require_success(response, response.content)
        return response.content

    @contextmanager
    def stream(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Iterator[bytes]]:
        """The bytes of an answer as they come."""
        try:
            with self._http.stream(
                "GET", self.settings.server + path, params=params, headers=self._authorization()
            ) as response:
                if not response.is_success:
                    self._require_success(response, response.read())
                yield response.iter_bytes()
        except (httpx.ConnectError, httpx.ConnectTimeout) as cause:
            raise unreachable(self.settings.server) from cause
        except httpx.TransportError as cause:
            raise cut_off(f"GET {path}") from cause

    def _require_success(self, response: httpx.Response, content: bytes) -> None:
        if response.is_success:
            return
        problem = problem_of(response, content, f"{response.request.method} {response.request.url.path}")
        if problem.code == "unauthenticated":
            raise without_token(problem, self.settings, dict(os.environ))
        raise problem

    def _authorization(self) -> dict[str, str]:
        token = self.settings.token or find_token(os.environ, Path.cwd())
        return {"authorization": f"Bearer {token}"} if token else {}
