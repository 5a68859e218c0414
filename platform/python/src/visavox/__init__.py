"""Datasets, pipeline runs, models and releases of a Visavox platform.

>>> import visavox
>>> scans = visavox.dataset("scans").pandas()
>>> run = visavox.run(training, {"scans": "scans"})
>>> run.values["train/accuracy"]
>>> visavox.sweep(training, {"rate": visavox.log(1e-4, 1)}, maximize="accuracy").best

The functions here ask the server that the environment names (``VISAVOX_SERVER``, else the one on this machine);
``Client`` asks another, and ``AsyncClient`` is the same over asyncio.
"""

from . import api
from ._async.client import AsyncClient
from ._async.datasets import AsyncDataset
from ._async.models import AsyncModel, AsyncRelease
from ._async.run_list import AsyncRunList, AsyncRunSummary
from ._async.runs import AsyncReproduction, AsyncRun
from ._async.sweeps import AsyncSweep, AsyncTrial, AsyncTrials
from ._compare import Difference
from ._comparison import Comparison
from ._default import (
    compare,
    compare_models,
    dataset,
    datasets,
    get_run,
    get_sweep,
    import_dataset,
    model,
    models,
    register,
    release,
    releases,
    rollback,
    run,
    runs,
    sweep,
    sweeps,
)
from ._errors import RunFailed, SweepFailed, VisavoxError
from ._space import Range, log
from ._sync.client import Client
from ._sync.datasets import Dataset
from ._sync.models import Model, Release
from ._sync.run_list import RunList, RunSummary
from ._sync.runs import Reproduction, Run
from ._sync.sweeps import Sweep, Trial, Trials
from ._version import __version__

__all__ = [
    "AsyncClient",
    "AsyncDataset",
    "AsyncModel",
    "AsyncRelease",
    "AsyncReproduction",
    "AsyncRun",
    "AsyncRunList",
    "AsyncRunSummary",
    "AsyncSweep",
    "AsyncTrial",
    "AsyncTrials",
    "Client",
    "Comparison",
    "Dataset",
    "Difference",
    "Model",
    "Range",
    "Release",
    "Reproduction",
    "Run",
    "RunFailed",
    "RunList",
    "RunSummary",
    "Sweep",
    "SweepFailed",
    "Trial",
    "Trials",
    "VisavoxError",
    "__version__",
    "api",
    "compare",
    "compare_models",
    "dataset",
    "datasets",
    "get_run",
    "get_sweep",
    "import_dataset",
    "log",
    "model",
    "models",
    "register",
    "release",
    "releases",
    "rollback",
    "run",
    "runs",
    "sweep",
    "sweeps",
]
