"""Tests of where a step's metrics go."""

import json
from pathlib import Path

from mlflow import MlflowClient

from visavox_training.tracking import Tracker


def test_a_step_without_a_run_of_its_own_begins_one_below_the_one_it_is_told(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = MlflowClient(uri)
    experiment = client.create_experiment("heads", str(tmp_path / "artifacts"))
    parent = client.create_run(experiment).info.run_id
    environment = {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_EXPERIMENT_ID": experiment,
        "MLFLOW_RUN_CONTEXT": json.dumps({"mlflow.parentRunId": parent}),
    }
    tracker = Tracker("face/", environment)
    tracker.log(1, {"loss": 0.5})
    tracker.close()
    (nested,) = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent}'")
    assert nested.data.metrics == {"face/loss": 0.5}
    assert nested.info.status == "FINISHED"
    assert client.get_run(parent).data.metrics == {}
