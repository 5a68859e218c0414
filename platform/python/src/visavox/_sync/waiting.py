# Written from _async by `python generate.py`.
"""Waiting for what the platform does, over restarts of its server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from .._errors import VisavoxError
from .._watch import Patience
from . import flow

_POLL_SECONDS = 0.5
FINISHED = ("succeeded", "failed", "canceled")


class Waited(Protocol):
    @property
    def state(self) -> str: ...

    def refresh(self) -> object: ...


def wait_for(
    thing: Waited, timeout: float | None, *, what: str, show: Callable[[], None], left: Callable[[], None]
) -> None:
    """Looks again and again until it is over. ``left`` is called where somebody stops the waiting.

    Raises:
        TimeoutError: it is not over yet, and goes on.
    """
    ends = None if timeout is None else time.monotonic() + timeout
    patience = Patience()
    try:
        while True:
            _look(thing, patience)
            show()
            if thing.state in FINISHED:
                return
            if ends is not None and time.monotonic() >= ends:
                raise TimeoutError(f"{what} is {thing.state} after {timeout} s, and goes on")
            flow.sleep(_POLL_SECONDS)
    except flow.STOPPED:
        left()
        raise


def _look(thing: Waited, patience: Patience) -> None:
    try:
        thing.refresh()
        patience.met()
    except VisavoxError as error:
        if not patience.lasts(error):
            raise
