"""What differs with and without asyncio in more than keywords; ``_sync/flow.py`` is the other half."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# What ends whoever waits, from outside.
STOPPED = (KeyboardInterrupt, asyncio.CancelledError)


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For what reads many bytes or computes for long."""
    return await asyncio.to_thread(function, *args, **kwargs)


async def for_each(
    items: Iterable[T], work: Callable[[T], Awaitable[None]], *, at_once: int, stop: Callable[[], None]
) -> None:
    """Some at a time. The first that fails stops the others; ``stop`` is for threads, which nobody can cancel."""
    left = iter(items)

    async def worker() -> None:
        for item in left:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        stop()
        raise errors.exceptions[0] from None
