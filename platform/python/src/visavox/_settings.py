"""Where the server is, who asks, and where what was downloaded is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """``token`` is None where it is looked for at each request: a server's first start makes one."""

    server: str
    token: str | None = field(repr=False)
    cache: Path

    @classmethod
    def of(
        cls, server: str | None = None, token: str | None = None, cache: str | PathLike[str] | None = None
    ) -> Settings:
        """What is given, else what the environment says, else a server on this machine."""
        environment = os.environ
        url = server or environment.get("VISAVOX_SERVER") or f"http://127.0.0.1:{environment.get('PORT') or 4600}"
        return cls(url.rstrip("/"), token, Path(cache).expanduser() if cache else cache_folder(environment))


def cache_folder(environment: Mapping[str, str]) -> Path:
    """``VISAVOX_CACHE``, else ``visavox`` in the user's cache folder."""
    if own := environment.get("VISAVOX_CACHE"):
        return Path(own).expanduser()
    shared = environment.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "visavox"


def token_file(environment: Mapping[str, str], start: Path) -> Path:
    """Where the server of the project around a folder keeps the operator's token, as the command line looks for it."""
    home = environment.get("VISAVOX_HOME") or project_around(start) / ".visavox" / "home"
    return Path(environment.get("VISAVOX_SECRETS") or Path(home) / "secrets") / "operator.token"


def find_token(environment: Mapping[str, str], start: Path) -> str | None:
    """``VISAVOX_TOKEN``, else the token that a server on this machine keeps beside its data."""
    if own := environment.get("VISAVOX_TOKEN"):
        return own
    try:
        return token_file(environment, start).read_text(encoding="utf-8").strip()
    except OSError:
        return None  # another machine's server, or none yet: it says itself when a token is needed


def project_around(start: Path) -> Path:
    """The nearest folder upwards with a ``visavox.config.ts`` or a platform's data; else the folder itself."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / "visavox.config.ts").exists() or (folder / ".visavox" / "home").exists():
            return folder
    return start
