"""Metrics to MLflow while they happen. Training never waits for it and never fails because of it."""

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping

FLUSH_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
MOST_PER_BATCH = 1000


class Tracker:
    """Logs to the run that MLFLOW_RUN_ID names at MLFLOW_TRACKING_URI; does nothing where nothing is tracked.

    Where a step is told only what its run would be nested below (MLFLOW_EXPERIMENT_ID and MLFLOW_RUN_CONTEXT, as on
    Kubeflow), it begins a run of its own.

    Args:
        prefix: put before each metric's name, such as 'face/'.
        environment: where the two settings are read from.
    """

    def __init__(self, prefix: str, environment: Mapping[str, str]):
        self._prefix = prefix
        self._queue: queue.Queue = queue.Queue()
        self._worker: threading.Thread | None = None
        uri, run = environment.get("MLFLOW_TRACKING_URI"), environment.get("MLFLOW_RUN_ID")
        experiment = environment.get("MLFLOW_EXPERIMENT_ID")
        context = json.loads(environment.get("MLFLOW_RUN_CONTEXT", "{}"))
        if uri and (run or experiment):
            where = (uri, run, experiment, context)
            self._worker = threading.Thread(target=self._work, args=where, daemon=True)
            self._worker.start()

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Hands metrics of one step over."""
        if self._worker is not None:
            now = int(time.time() * 1000)
            for name, value in metrics.items():
                self._queue.put((f"{self._prefix}{name}", float(value), now, step))

    def close(self) -> None:
        """Waits a little for what is left to be sent."""
        if self._worker is not None:
            self._queue.put(None)
            self._worker.join(PATIENCE_SECONDS)

    def _work(self, uri: str, run: str | None, experiment: str | None, context: dict[str, str]) -> None:
        # An absent server would otherwise be asked again and again for minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
        try:
            from mlflow import MlflowClient
            from mlflow.entities import Metric

            client = MlflowClient(tracking_uri=uri)
            began = None if run else client.create_run(experiment, tags=context).info.run_id
            more = True
            while more:
                batch, more = self._next_batch()
                if batch:
                    client.log_batch(run or began, metrics=[Metric(*metric) for metric in batch])
            if began:
                client.set_terminated(began)
        except Exception as error:
            print(f"tracking is away, training goes on without it: {error}", file=sys.stderr, flush=True)

    def _next_batch(self) -> tuple[list[tuple[str, float, int, int]], bool]:
        """What came in during the last seconds, and whether more may come."""
        batch: list[tuple[str, float, int, int]] = []
        until = time.monotonic() + FLUSH_SECONDS
        while len(batch) < MOST_PER_BATCH:
            try:
                item = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return batch, True
            if item is None:
                return batch, False
            batch.append(item)
        return batch, True


def open_tracker(prefix: str, environment: Mapping[str, str] = os.environ) -> Tracker:
    """A tracker for a fit by Keras; to be opened before Keras is imported."""
    if environment.get("MLFLOW_TRACKING_URI"):
        # The tracker's thread imports MLflow too, which must not meet Keras' imports of the same packages.
        with contextlib.suppress(ImportError):
            importlib.import_module("mlflow")
    return Tracker(prefix, environment)
