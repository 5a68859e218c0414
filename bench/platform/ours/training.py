from typing import NamedTuple

from kfp import dsl


@dsl.component(install_kfp_package=False)
def train(
    data: dsl.Input[dsl.Artifact], rate: float, epochs: int, model: dsl.Output[dsl.Model]
) -> NamedTuple("Measured", [("accuracy", float)]):
    from pathlib import Path

    import onnx
    from digits import fit, network

    weights, accuracy = fit(data.path, rate, epochs)
    Path(model.path).mkdir(parents=True)
    onnx.save(network(weights), f"{model.path}/digits.onnx")
    return (accuracy,)


@dsl.pipeline(name="training")
def training(data: str, rate: float = 0.5, epochs: int = 20):
    version = dsl.importer(artifact_uri=data, artifact_class=dsl.Artifact)
    version.importer_spec.schema_title = "visavox.DatasetVersion@0.0.1"
    train(data=version.output, rate=rate, epochs=epochs)
