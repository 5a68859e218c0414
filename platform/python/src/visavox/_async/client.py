"""A platform's server, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike
from types import TracebackType
from typing import Any, Self

from .. import api
from .._errors import VisavoxError
from .._items import Source
from .._pipelines import Pipeline, load
from .._references import task_output
from .._settings import Settings
from .._store import Store
from . import flow
from .code import Code, send_code
from .datasets import AsyncDataset, AsyncDatasets
from .models import AsyncModel, AsyncModels, AsyncRelease, AsyncReleases
from .runs import AsyncRun, AsyncRuns
from .transport import AsyncTransport


class AsyncClient:
    """A server, what it is asked with, and a folder for what is downloaded.

    Args:
        server: its URL; ``VISAVOX_SERVER`` unless given, else the server on this machine at ``PORT`` or 4600.
        token: an operator's; ``VISAVOX_TOKEN`` unless given, else that of the server which was started in this folder
            or one above it.
        cache: a folder; ``VISAVOX_CACHE`` unless given, else ``visavox`` in the user's cache folder.
    """

    def __init__(
        self, server: str | None = None, token: str | None = None, *, cache: str | PathLike[str] | None = None
    ) -> None:
        settings = Settings.of(server, token, cache)
        self._transport = AsyncTransport(settings)
        self._store = Store(settings.cache)
        self._datasets = AsyncDatasets(self._transport, self._store)
        self._runs = AsyncRuns(self._transport, self._store)
        self._models = AsyncModels(self._transport, self._store)
        self._releases = AsyncReleases(self._transport)

    @property
    def server(self) -> str:
        return self._transport.settings.server

    async def close(self) -> None:
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def dataset(self, reference: str) -> AsyncDataset:
        """A dataset version: ``scans`` for the newest of a name, ``scans@sha256:…``, or how a digest begins.

        Raises:
            VisavoxError: ``unknown_dataset``, which says which there are.
        """
        return await self._datasets.get(reference)

    async def datasets(self) -> list[api.DatasetListing]:
        """All dataset versions, newest first: each with ``name``, ``digest``, ``items`` (a count), ``created_at``."""
        return await self._datasets.all()

    async def import_dataset(
        self,
        files: Source | Iterable[Source],
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        item_labels: Mapping[str, Mapping[str, str]] | None = None,
        source: str | None = None,
        consent: str | None = None,
        progress: bool = True,
    ) -> AsyncDataset:
        """Makes a dataset version of files, as ``visavox data import`` does. Equal files are one version, sent once.

        Args:
            files: a folder, whose ``metadata.csv`` labels its files where it has one, or single files.
            name: of the dataset: small letters, digits, hyphens.
            labels: of every file.
            item_labels: of single files, by their path in the folder; these come before all others.
            source: where the files come from.
            consent: under which terms they may be used.

        Raises:
            VisavoxError: ``folder_unusable``, which names the file that cannot be used.
        """
        return await self._datasets.save(files, name, labels, item_labels, (source, consent), progress=progress)

    async def run(
        self,
        pipeline: Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        wait: bool = True,
        progress: bool = True,
        code: Code = None,
        cache: bool = True,
        engine: str | None = None,
        seed: int | None = None,
        pipeline_name: str | None = None,
    ) -> AsyncRun:
        """Runs a pipeline, and waits until it is over unless ``wait`` is false.

        Args:
            pipeline: a function with ``@dsl.pipeline``, a ``.py`` file of the kfp SDK, or a compiled pipeline as a
                ``.yaml`` or ``.json`` file or a dict.
            parameters: by name. One of the type ``dataset-version`` takes the name of a dataset or a version.
            code: the folder that its steps run in; the pipeline's project unless given, and none where False.
            cache: whether results that are known are taken over.
            engine: ``local``, ``kubeflow`` or one of the project's; as the server is configured unless given.
            seed: of what is random in its steps.
            pipeline_name: of a ``.py`` file that has several.

        Raises:
            RunFailed: it was waited for, and failed.
        """
        loaded = await flow.in_thread(load, pipeline, pipeline_name)
        request = {
            "pipelineSpec": loaded.spec,
            "parameters": {name: _parameter(name, value) for name, value in (parameters or {}).items()},
            "useCache": cache,
            "engine": engine,
            "seed": seed,
            "code": await send_code(self._transport, loaded.place, code, progress=progress),
        }
        run = await self._runs.start(request)
        return await run.wait(progress=progress) if wait else run

    async def get_run(self, id: str) -> AsyncRun:
        """A run by its id."""
        return await self._runs.get(id)

    async def runs(self, *, limit: int = 50) -> list[AsyncRun]:
        """Runs, newest first."""
        return await self._runs.all({"limit": limit})

    async def model(self, reference: str, *, environment: str | None = None) -> AsyncModel:
        """A model version: ``digits:3`` or ``digits@champion``.

        ``environment``: where the alias is looked up, if the model has several.
        """
        return await self._models.get(reference, environment)

    async def models(self, name: str | None = None) -> list[AsyncModel]:
        """The versions of a model, or of all, newest first."""
        return await self._models.all(name)

    async def register(self, name: str, from_: AsyncRun | str) -> AsyncModel:
        """Registers what a run made as a version of a model; the same files are one version.

        ``from_``: a run that made one model, its id, or ``RUN/TASK/OUTPUT``.
        """
        if not isinstance(from_, str):
            return await self._models.register(name, from_.id, None)
        run, slash, output = from_.partition("/")
        if slash:
            task_output(output)
        return await self._models.register(name, run, output if slash else None)

    async def release(self, model: AsyncModel | str, to: str | None = None) -> AsyncRelease:
        """Brings a model version up beside the champion of an environment, without traffic; ``promote`` lets it serve.

        ``to``: an environment; needed where the model has several.
        """
        return await (await self.model(model) if isinstance(model, str) else model).release(to)

    async def releases(self, model: str | None = None, *, environment: str | None = None) -> list[AsyncRelease]:
        """The releases of a model, or of all, newest first."""
        return await self._releases.all(model, environment)

    async def rollback(self, model: str, *, environment: str | None = None) -> AsyncRelease:
        """Makes the release before the present champion champion again, and returns it."""
        return await self._releases.rollback(model, environment)


def _parameter(name: str, value: Any) -> Any:
    """A dataset by its digest, a path by its text, what is NumPy's as what is Python's."""
    if isinstance(value, AsyncDataset):
        return value.digest
    if isinstance(value, PathLike):
        return str(value)
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as cause:
        raise VisavoxError(
            f"the parameter {name} cannot be sent: {cause}",
            code="parameter_invalid",
            action="Give a text, a number, a truth value, or a list or dict of them.",
        ) from cause
    return value
