"""What goes wrong, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class VisavoxError(Exception):
    """Something that whoever calls can correct.

    Attributes:
        code: stable, for programs: ``unknown_dataset``.
        detail: what is wrong, in a sentence.
        action: what to do next.
        status: of the HTTP response; None where no server answered or none was asked.
        request_id: under which the server's log knows the request; None where no server was asked.
        details: further fields of the server's problem document (RFC 9457).
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str,
        action: str,
        status: int | None = None,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.action = action
        self.status = status
        self.request_id = request_id
        self.details: Mapping[str, Any] = dict(details or {})

    def __str__(self) -> str:
        return f"{self.detail} [{self.code}]\n{self.action}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions cross processes (joblib, multiprocessing) pickled by their positional arguments alone otherwise.
        return _restore, (type(self), self.detail, self.__dict__)


class RunFailed(VisavoxError):
    """A run that was waited for failed or was canceled. ``run`` is its id."""

    def __init__(self, detail: str, *, run: str, action: str) -> None:
        super().__init__(detail, code="run_failed", action=action)
        self.run = run


def _restore(kind: type[VisavoxError], detail: str, attributes: dict[str, Any]) -> VisavoxError:
    error = kind.__new__(kind, detail)
    error.args = (detail,)
    error.__dict__.update(attributes)
    return error


def extra_missing(module: str, extra: str) -> VisavoxError:
    """For what an optional package does, where it is not installed."""
    return VisavoxError(
        f"this needs {module}, which is not installed",
        code="extra_missing",
        action=f'Install it: pip install "visavox[{extra}]".',
    )
