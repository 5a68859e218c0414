"""How things look in a notebook. Every text comes from elsewhere, and is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote, urlsplit

from . import api


def link(url: str, text: str) -> str:
    shown = escape(text)
    # A server's address is whatever was set: it must not become a script.
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener">{shown}</a>'
        if urlsplit(url).scheme in ("http", "https")
        else shown
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def run(record: api.Run, url: str) -> str:
    tasks = [
        [
            task.name,
            "from the cache" if task.cached else task.state,
            took(task.started_at, task.finished_at),
            brief(task.reason),
        ]
        for task in record.tasks
    ]
    reason = f"<pre>{escape(record.reason)}</pre>" if record.reason else ""
    head = f"<p>run {link(url, record.id)} of {escape(record.pipeline)}: <b>{escape(record.state)}</b></p>"
    return head + table(["task", "state", "took", "reason"], tasks) + reason


def console(server: str, *parts: str) -> str:
    """The address of a page of the console."""
    return "/".join([server, "console", *(quote(part, safe="") for part in parts)])


def took(started: str | None, finished: str | None) -> str:
    if not started or not finished:
        return ""
    seconds = (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
    return f"{seconds:.1f} s"


def brief(reason: str | None) -> str:
    line = (reason or "").partition("\n")[0]
    return line if len(line) <= 100 else f"{line[:99]}…"
