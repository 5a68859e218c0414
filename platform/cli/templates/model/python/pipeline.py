"""What a training does, written with the kfp SDK: one step, its inputs and its outputs."""

from typing import Any

from kfp import dsl


def dataset_version(reference: Any) -> Any:
    """The dataset version that a parameter names: the run is pinned to it, and a step is given its folder."""
    task = dsl.importer(artifact_uri=reference, artifact_class=dsl.Artifact)
    task.importer_spec.schema_title = "visavox.DatasetVersion@0.0.1"
    return task.output


@dsl.container_component
def train(
    data: dsl.Input[dsl.Artifact],
    epochs: int,
    units: int,
    rate: float,
    model: dsl.Output[dsl.Model],
    accuracy: dsl.OutputPath(float),
    loss: dsl.OutputPath(float),
):
    return dsl.ContainerSpec(
        image="python:3.11",
        command=["python", "train.py"],
        args=[
            *("--data", data.path, "--epochs", epochs, "--units", units, "--rate", rate),
            *("--model", model.path, "--accuracy", accuracy, "--loss", loss),
        ],
    )


@dsl.pipeline(name="__NAME__", description="Trains a network and measures it.")
def training(data: str, epochs: int = 40, units: int = 16, rate: float = 0.01):
    step = train(data=dataset_version(data), epochs=epochs, units=units, rate=rate)
    step.set_env_variable("KERAS_BACKEND", "torch")
    step.set_env_variable("OMP_NUM_THREADS", "1")
    step.platform_config["visavox"] = {
        "environment": {"requirements": "requirements.txt"},  # made once, and pinned in each run
        "sources": ["train.py", "problem.py"],  # what its result is known by: change these and it runs anew
    }
