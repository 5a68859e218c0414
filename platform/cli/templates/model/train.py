"""Trains the network of problem.py, measures it on examples that it has not seen, and exports it to ONNX."""

import argparse
import os
from pathlib import Path

import keras
import mlflow
import numpy as np
from problem import network, read


class Tracking(keras.callbacks.Callback):
    """Each epoch's figures to the MLflow run of this step, where the console and `visavox runs watch` find them."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        mlflow.log_metrics(logs or {}, step=epoch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the dataset version")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--units", type=int, default=16, help="width of the hidden layer")
    parser.add_argument("--rate", type=float, default=0.01, help="learning rate")
    parser.add_argument("--model", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--accuracy", type=Path, required=True, help="file to write the accuracy to")
    parser.add_argument("--loss", type=Path, required=True, help="file to write the loss to")
    options = parser.parse_args()

    keras.utils.set_random_seed(1)
    examples, labels, classes = read(options.data)
    # Every fifth, so that an example which tests one version trains none of the later ones.
    kept = np.arange(len(labels)) % 5 == 0
    model = network(examples.shape[1:], len(classes), options.units)
    model.compile(
        optimizer=keras.optimizers.Adam(options.rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(
        examples[~kept],
        labels[~kept],
        epochs=options.epochs,
        validation_data=(examples[kept], labels[kept]),
        verbose=0,
        # Run by hand, outside of a pipeline, it has no run to log to.
        callbacks=[Tracking()] if "MLFLOW_RUN_ID" in os.environ else [],
    )
    loss, accuracy = model.evaluate(examples[kept], labels[kept], verbose=0)
    print(f"{kept.sum()} of {len(kept)} examples kept for the test: accuracy {accuracy:.3f}, loss {loss:.3f}")

    options.model.mkdir(parents=True, exist_ok=True)
    model.export(options.model / "__NAME__.onnx", format="onnx", verbose=False)
    (options.model / "classes.txt").write_text("\n".join(classes))
    for path, value in ((options.accuracy, accuracy), (options.loss, loss)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(value))


if __name__ == "__main__":
    main()
