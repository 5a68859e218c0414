"""What a run of a training has to say so that it can be found, registered and made again."""

import hashlib
import subprocess
from pathlib import Path

import mlflow
import onnx
from digits import fit, network


def train_tracked(data: str, rate: float, epochs: int, **run) -> tuple[str, float]:
    with mlflow.start_run(**run) as active:
        mlflow.log_params({"rate": rate, "epochs": epochs})
        commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        mlflow.set_tag("commit", commit.stdout.strip())
        mlflow.set_tag("data", hashlib.sha256(Path(f"{data}.dvc").read_bytes()).hexdigest())
        weights, accuracy = fit(data, rate, epochs)
        mlflow.log_metric("accuracy", accuracy)
        model = network(weights)
        mlflow.set_tag("model", hashlib.sha256(model.SerializeToString()).hexdigest())
        mlflow.onnx.log_model(onnx.load_from_string(model.SerializeToString()), name="model")
        return active.info.run_id, accuracy
