# Written from _async by `python generate.py`.
"""A platform's server, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from .. import api
from .._comparison import Comparison
from .._errors import VisavoxError
from .._items import Source
from .._pipelines import Pipeline
from .._references import task_output
from .._settings import Settings
from .._space import Space, dimensions_of
from .._store import Store
from .code import Code
from .comparing import RunReference, compare
from .datasets import Dataset, Datasets
from .models import Model, Models, Release, Releases
from .run_list import RunList, list_runs
from .runs import Run, Runs
from .submission import Submission, sendable
from .sweeps import Sweep, Sweeps, goal_of
from .transport import Transport


class Client:
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
        self._transport = Transport(settings)
        self._store = Store(settings.cache)
        self._datasets = Datasets(self._transport, self._store)
        self._runs = Runs(self._transport, self._store)
        self._sweeps = Sweeps(self._transport, self._runs)
        self._models = Models(self._transport, self._store)
        self._releases = Releases(self._transport)

    @property
    def server(self) -> str:
        return self._transport.settings.server

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def dataset(self, reference: str) -> Dataset:
        """A dataset version: ``scans`` for the newest of a name, ``scans@sha256:…``, or how a digest begins.

        Raises:
            VisavoxError: ``unknown_dataset``, which says which there are.
        """
        return self._datasets.get(reference)

    def datasets(self) -> list[api.DatasetListing]:
        """All dataset versions, newest first: each with ``name``, ``digest``, ``items`` (a count), ``created_at``."""
        return self._datasets.all()

    def import_dataset(
        self,
        files: Source | Iterable[Source],
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        item_labels: Mapping[str, Mapping[str, str]] | None = None,
        source: str | None = None,
        consent: str | None = None,
        progress: bool = True,
    ) -> Dataset:
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
        return self._datasets.save(files, name, labels, item_labels, (source, consent), progress=progress)

    def run(
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
        name: str | None = None,
        note: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
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
            name: what to call the run, which it is found by.
            note: what to say about it.
            tags: what to find it by.

        Raises:
            RunFailed: it was waited for, and failed.
        """
        submission = Submission(pipeline, parameters, code, cache, engine, pipeline_name)
        request = submission.request(self._transport, progress=progress)
        about = {"name": name, "note": note, "tags": None if tags is None else dict(tags)}
        run = self._runs.start({**request, "seed": seed, **about})
        return run.wait(progress=progress) if wait else run

    def get_run(self, id: str) -> Run:
        """A run by its id, the beginning of it, or its name."""
        return self._runs.get(id)

    def runs(
        self,
        *,
        pipeline: str | None = None,
        state: api.RunState | None = None,
        tags: Mapping[str, str] | None = None,
        sweep: Sweep | str | None = None,
        find: str | None = None,
        sort: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        start: int = 0,
        limit: int | None = 50,
    ) -> RunList:
        """Runs in brief, newest first or by a metric: as a table, and ``.frame()`` as a data frame.

        Args:
            tags: all of which they have.
            sweep: whose trials they are; a sweep or its id.
            find: part of the id, the name, the note or the pipeline's name.
            sort: a metric; runs without it come last.
            order: of the metric; the highest first unless given.
            start: how many to leave out.
            limit: how many at most; None for all.
        """
        query = {
            "pipeline": pipeline,
            "state": state,
            "tag": [f"{key}={value}" for key, value in (tags or {}).items()] or None,
            "sweep": sweep.id if isinstance(sweep, Sweep) else sweep,
            "find": find,
            "sort": sort,
            "order": order,
            "start": start,
        }
        return list_runs(self._runs, query, limit)

    def compare(self, before: RunReference, after: RunReference) -> Comparison:
        """Two runs side by side: parameters, metrics, what they made, patches of their code, packages, datasets.

        Each is a run, a trial, or an id, the beginning of one, or a name.
        """
        return compare(self._transport, self._runs, before, after)

    def sweep(
        self,
        pipeline: Pipeline,
        space: Space,
        *,
        maximize: str | None = None,
        minimize: str | None = None,
        trials: int | None = None,
        parallel: int = 2,
        sampler: api.Sampler = "random",
        seed: int = 0,
        stop_early: str | None = None,
        after_steps: int = 1,
        parameters: Mapping[str, Any] | None = None,
        name: str | None = None,
        wait: bool = True,
        progress: bool = True,
        code: Code = None,
        cache: bool = True,
        engine: str | None = None,
        pipeline_name: str | None = None,
    ) -> Sweep:
        """Searches for the parameters of a pipeline, and waits until it is over unless ``wait`` is false.

        Each trial is a run. The server goes on with it, whether somebody waits or not.

        Args:
            pipeline: as for :meth:`run`, and so are ``code``, ``cache``, ``engine`` and ``pipeline_name``.
            space: where to look for each parameter: a list of values, a range as ``(low, high)``,
                ``visavox.log(low, high)``, or ``visavox.Range(low, high, step=…)``.
            maximize: the metric whose highest value is looked for, as ``visavox.runs()`` names it.
            minimize: or the one whose lowest is.
            trials: how many runs at most; 20 unless given, and all points of a grid.
            parallel: how many run at once.
            sampler: ``random``, ``grid``, or ``bayesian``, which is Optuna's.
            seed: of the sampler, and of what is random in the steps.
            stop_early: cancels a trial whose curve of this metric, as it logs it to MLflow, has fallen behind the
                median of the others; not before ``after_steps`` of the curve.
            parameters: what every trial has.
            name: what to call the sweep.

        Raises:
            VisavoxError: ``sweep_invalid``, where a space contradicts itself.
            SweepFailed: it was waited for, and failed.
        """
        goal, metric = goal_of(maximize, minimize)
        dimensions = dimensions_of(space, sendable)
        submission = Submission(pipeline, parameters, code, cache, engine, pipeline_name)
        plan = {
            "name": name,
            "space": dimensions,
            "sampler": sampler,
            # A grid ends by itself.
            "trials": 10_000 if trials is None and sampler == "grid" else trials,
            "parallel": parallel,
            "metric": metric,
            "goal": goal,
            "seed": seed,
            "stopEarly": None if stop_early is None else {"metric": stop_early, "afterSteps": after_steps},
        }
        sweep = self._sweeps.start({**submission.request(self._transport, progress=progress), **plan})
        return sweep.wait(progress=progress) if wait else sweep

    def get_sweep(self, id: str) -> Sweep:
        """A sweep by its id, the beginning of it, or its name."""
        return self._sweeps.get(id)

    def sweeps(self, *, limit: int = 50) -> list[api.SweepSummary]:
        """Sweeps, newest first: each with ``id``, ``name``, ``state``, ``plan``, ``begun`` (a count of trials)."""
        return self._sweeps.all(limit)

    def model(self, reference: str, *, environment: str | None = None) -> Model:
        """A model version: ``digits:3`` or ``digits@champion``.

        ``environment``: where the alias is looked up, if the model has several.
        """
        return self._models.get(reference, environment)

    def models(self, name: str | None = None) -> list[Model]:
        """The versions of a model, or of all, newest first."""
        return self._models.all(name)

    def register(
        self,
        name: str,
        from_: Run | str | PathLike[str],
        *,
        card: str | PathLike[str] | None = None,
        example: str | PathLike[str] | None = None,
        progress: bool = True,
    ) -> Model:
        """Registers what a run made, or files, as a version of a model; the same files are one version.

        Args:
            from_: a run that made one model, its id, or ``RUN/TASK/OUTPUT``; or a ``Path``: a folder that MLflow saved,
                or a file (``.onnx``, ``.keras``).
            card: of files, its model card: Markdown with Hugging Face's metadata, or JSON.
            example: of files, an input as MLflow's ``/invocations`` takes it.

        Raises:
            VisavoxError: ``signature_mismatch`` where the example does not fit the signature, which says why.
        """
        if isinstance(from_, PathLike):
            return self._models.register_files(name, Path(from_), card, example, progress=progress)
        if card is not None or example is not None:
            raise VisavoxError(
                "what a run made has its card and example among its files",
                code="misuse",
                action="Let the step write README.md and input_example.json into its output.",
            )
        if not isinstance(from_, str):
            return self._models.register(name, from_.id, None)
        run, slash, output = from_.partition("/")
        if slash:
            task_output(output)
        return self._models.register(name, run, output if slash else None)

    def compare_models(self, a: str, b: str, *, on: str | None = None) -> api.ModelComparison:
        """Two model versions side by side, and which of their ``metrics`` can be compared.

        ``on``: the dataset version that was held out: a name, ``NAME@DIGEST`` or a digest.
        """
        return self._models.compare(a, b, on)

    def release(self, model: Model | str, to: str | None = None) -> Release:
        """Brings a model version up beside the champion of an environment, without traffic; ``promote`` lets it serve.

        ``to``: an environment; needed where the model has several.
        """
        return (self.model(model) if isinstance(model, str) else model).release(to)

    def releases(self, model: str | None = None, *, environment: str | None = None) -> list[Release]:
        """The releases of a model, or of all, newest first."""
        return self._releases.all(model, environment)

    def rollback(self, model: str, *, environment: str | None = None) -> Release:
        """Makes the release before the present champion champion again, and returns it."""
        return self._releases.rollback(model, environment)
