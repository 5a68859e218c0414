"""How far something is: one line on a terminal, one cell output in a notebook, nothing where nobody watches."""

from __future__ import annotations

import html
import sys
import threading
import time
from typing import Any, Protocol

_EVERY_SECONDS = 0.2


class Stopped(Exception):
    """Something else has failed, or Ctrl-C was pressed: what is under way ends where it is."""


class Progress:
    """Counts from several threads, and ends them. ``add(0)`` shows the beginning."""

    def __init__(self, what: str, total: int, *, unit: str = "", shown: bool = True) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._done = 0
        self._stopped = False
        self._last = 0.0
        self._lock = threading.Lock()
        # What is small has come before anybody reads of it.
        self._display = (cell() or _terminal()) if shown and total >= (1_000_000 if unit == "MB" else 1) else None

    def stop(self) -> None:
        """Lets ``add`` raise :class:`Stopped` from now on."""
        self._stopped = True

    def add(self, more: int) -> None:
        if self._stopped:
            raise Stopped
        with self._lock:
            self._done += more
            if self._display is None or (self._done < self._total and time.monotonic() - self._last < _EVERY_SECONDS):
                return
            self._last = time.monotonic()
            scale = 1e6 if self._unit == "MB" else 1
            done, total = (f"{count / scale:.{1 if scale > 1 else 0}f}" for count in (self._done, self._total))
            text = f"{self._what}: {done} of {total}{' ' if self._unit else ''}{self._unit}"
            self._display.show(text, _bar(text, self._done, self._total), done=self._done >= self._total)


class Display(Protocol):
    def show(self, text: str, markup: str, *, done: bool) -> None: ...


class Cell:
    """The output of a notebook's cell, which is written over."""

    def __init__(self, display: Any, markup: Any) -> None:
        self._markup = markup
        self._handle = display(markup(""), display_id=True)

    def show(self, text: str, markup: str, *, done: bool) -> None:
        self._handle.update(self._markup(markup))


class Line:
    """A line of a terminal, which is written over."""

    def show(self, text: str, markup: str, *, done: bool) -> None:
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if done else ""))
        sys.stderr.flush()


def cell() -> Cell | None:
    """None outside of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import HTML, display

    return Cell(display, HTML)


def _terminal() -> Line | None:
    return Line() if sys.stderr is not None and sys.stderr.isatty() else None


def _bar(text: str, done: int, total: int) -> str:
    return f'<label>{html.escape(text)} <progress max="{total}" value="{done}"></progress></label>'
