"""What pipelines of the kfp SDK use of the platform: ``pip install "visavox[pipelines]"``."""

from importlib import resources
from typing import Any

from ._errors import extra_missing

try:
    from kfp import dsl
except ImportError:
    raise extra_missing("kfp", "pipelines") from None


def dataset_version(reference: Any) -> Any:
    """The dataset version that a parameter of the pipeline names, as an artifact for a step.

    The run is pinned to the version. A step is given a folder with the items, their labels in ``metadata.csv``::

        @dsl.pipeline
        def training(scans: str):
            train(scans=dataset_version(scans))
    """
    task = dsl.importer(artifact_uri=reference, artifact_class=dsl.Artifact, reimport=False)
    # The SDK lets nobody name a type outside of system and google; PipelineSpec does.
    task.importer_spec.schema_title = "visavox.DatasetVersion@0.0.1"
    return task.output


_RULES_PACKAGES = ["pandera[io,pandas]==0.35.0", "pandas==3.1.1", "pyarrow==26.0.1"]


def require_rules(data: Any, rules: Any) -> Any:
    """Two steps that stop a pipeline where a dataset version breaks its rules: a schema of Pandera, YAML or JSON.

    ``rules``: a file of the project, or the text itself. What is to run only where the rules hold comes after::

        scans_version = dataset_version(scans)
        train(scans=scans_version).after(require_rules(scans_version, "rules.yaml"))

    The first step keeps the report as an artifact, as JSON and for people, whether they hold or not; the second one
    fails with it where they do not.
    """
    checked = _validate_dataset(data=data, rules=rules)
    return _require_valid(report=checked.outputs["report"])


def _with_packages(packages: list[str], command: list[str]) -> list[str]:
    """As kfp's own components install theirs: an engine that knows the words makes an environment of them."""
    words = " ".join(f"'{package}'" for package in packages)
    install = f"python3 -m pip install --quiet --no-warn-script-location {words}"
    return ["sh", "-c", f'\nPIP_DISABLE_PIP_VERSION_CHECK=1 {install} && "$0" "$@"\n', *command]


def _program() -> str:
    return resources.files("visavox").joinpath("_validate.py").read_text(encoding="utf-8")


@dsl.container_component  # type: ignore[untyped-decorator]
def _validate_dataset(
    data: dsl.Input[dsl.Artifact],
    rules: str,
    report: dsl.Output[dsl.Artifact],
    readable: dsl.Output[dsl.Markdown],
    passed: dsl.OutputPath(bool),  # type: ignore[valid-type]
) -> dsl.ContainerSpec:
    return dsl.ContainerSpec(
        image="python:3.11",
        command=_with_packages(_RULES_PACKAGES, ["python3", "-c", _program()]),
        args=[
            *("--data", data.path, "--rules", rules, "--report", report.path),
            *("--readable", readable.path, "--passed", passed),
        ],
    )


_ENDING = """
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
print(report["text"])
sys.exit(0 if report["passed"] else "The dataset version breaks its rules; the pipeline stops here.")
"""


@dsl.container_component  # type: ignore[untyped-decorator]
def _require_valid(report: dsl.Input[dsl.Artifact]) -> dsl.ContainerSpec:
    return dsl.ContainerSpec(image="python:3.11", command=["python3", "-c", _ENDING], args=[report.path])


_validate_dataset.component_spec.name = "validate-dataset"
_require_valid.component_spec.name = "require-valid"
