"""Datasets, pipeline runs, models and releases of a Visavox platform.

>>> import visavox
>>> scans = visavox.dataset("scans").pandas()
>>> run = visavox.run(training, {"scans": "scans"})
>>> run.values["train/accuracy"]

The functions here ask the server that the environment names (``VISAVOX_SERVER``, else the one on this machine);
``Client`` asks another, and ``AsyncClient`` is the same over asyncio.
"""

from . import api
from ._async.client import AsyncClient
from ._async.datasets import AsyncDataset
from ._async.models import AsyncModel, AsyncRelease
from ._async.runs import AsyncReproduction, AsyncRun
from ._compare import Difference
from ._default import (
    dataset,
    datasets,
    get_run,
    import_dataset,
    model,
    models,
    register,
    release,
    releases,
    rollback,
    run,
    runs,
)
from ._errors import RunFailed, VisavoxError
from ._sync.client import Client
from ._sync.datasets import Dataset
from ._sync.models import Model, Release
from ._sync.runs import Reproduction, Run
from ._version import __version__

__all__ = [
    "AsyncClient",
    "AsyncDataset",
    "AsyncModel",
    "AsyncRelease",
    "AsyncReproduction",
    "AsyncRun",
    "Client",
    "Dataset",
    "Difference",
    "Model",
    "Release",
    "Reproduction",
    "Run",
    "RunFailed",
    "VisavoxError",
    "__version__",
    "api",
    "dataset",
    "datasets",
    "get_run",
    "import_dataset",
    "model",
    "models",
    "register",
    "release",
    "releases",
    "rollback",
    "run",
    "runs",
]
