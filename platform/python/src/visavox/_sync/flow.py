"""What differs with and without asyncio in more than keywords; ``_async/flow.py`` is the other half."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# What ends whoever waits, from outside.
STOPPED = (KeyboardInterrupt,)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return function(*args, **kwargs)


def for_each(items: Iterable[T], work: Callable[[T], None], *, at_once: int, stop: Callable[[], None]) -> None:
    """Some at a time. The first that fails stops the others, and so does Ctrl-C: ``stop`` tells those under way."""
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
