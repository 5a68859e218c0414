"""The methods of a client that the environment describes, as functions."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from ._settings import Settings
from ._sync.client import Client

P = ParamSpec("P")
R = TypeVar("R")

# By process as well: connections do not survive a fork.
_clients: dict[tuple[int, Settings], Client] = {}


def default_client() -> Client:
    """Another one once the environment names another server."""
    key = (os.getpid(), Settings.of())
    if key not in _clients:
        _clients.clear()
        _clients[key] = Client()
    return _clients[key]


def _of_default(method: Callable[Concatenate[Client, P], R]) -> Callable[P, R]:
    @wraps(method)
    def function(*args: P.args, **kwargs: P.kwargs) -> R:
        return method(default_client(), *args, **kwargs)

    signature = inspect.signature(method)
    function.__signature__ = signature.replace(  # type: ignore[attr-defined]  # what help() shows
        parameters=list(signature.parameters.values())[1:]
    )
    return function


dataset = _of_default(Client.dataset)
datasets = _of_default(Client.datasets)
import_dataset = _of_default(Client.import_dataset)
run = _of_default(Client.run)
get_run = _of_default(Client.get_run)
runs = _of_default(Client.runs)
compare = _of_default(Client.compare)
sweep = _of_default(Client.sweep)
get_sweep = _of_default(Client.get_sweep)
sweeps = _of_default(Client.sweeps)
model = _of_default(Client.model)
models = _of_default(Client.models)
register = _of_default(Client.register)
compare_models = _of_default(Client.compare_models)
release = _of_default(Client.release)
releases = _of_default(Client.releases)
rollback = _of_default(Client.rollback)
