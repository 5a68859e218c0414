"""What pipelines of the kfp SDK use of the platform: ``pip install "visavox[pipelines]"``."""

from __future__ import annotations

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
