"""Steps that hold a dataset version against rules. The kfp SDK reads annotations as they are: none is put off here."""

from kfp import dsl

from visavox import _pipelines
from visavox.pipelines import dataset_version, require_rules


@dsl.container_component
def look(data: dsl.Input[dsl.Artifact]) -> dsl.ContainerSpec:
    return dsl.ContainerSpec(image="python:3.11", command=["ls"], args=[data.path])


@dsl.pipeline(name="guarded")
def guarded(visits: str) -> None:
    data = dataset_version(visits)
    look(data=data).after(require_rules(data, "rules.yaml"))


def test_what_comes_after_them_waits_for_both() -> None:
    tasks = _pipelines.load(guarded, None).spec["root"]["dag"]["tasks"]
    assert tasks["require-valid"]["dependentTasks"] == ["validate-dataset"]
    assert "require-valid" in tasks["look"]["dependentTasks"]
