"""Trains a small network that reads digits, measures it on scans that it has not seen, and exports it."""

import argparse
from pathlib import Path

import keras
import mlflow
import numpy as np


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All scans: their pixels, which digit each is, and whether it is kept for the test."""
    tables = [np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2) for path in sorted(folder.glob("*.csv"))]
    # Every fifth of a file, so that a scan which tests one version trains none of the later ones.
    kept = [np.arange(len(table)) % 5 == 0 for table in tables]
    rows = np.concatenate(tables)
    return rows[:, 1:].astype("float32"), rows[:, 0].astype("int64"), np.concatenate(kept)


class Tracking(keras.callbacks.Callback):
    """Each epoch's figures to the MLflow run of this step."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        mlflow.log_metrics(logs or {}, step=epoch)


def network() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((64,), name="pixels"),
            keras.layers.Rescaling(1 / 16),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=Path, required=True, help="folder with CSV files: digit, 64 pixels")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--model", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--accuracy", type=Path, required=True, help="file to write the accuracy to")
    parser.add_argument("--loss", type=Path, required=True, help="file to write the loss to")
    options = parser.parse_args()

    keras.utils.set_random_seed(1)
    pixels, digits, kept = read(options.scans)
    model = network()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(pixels[~kept], digits[~kept], epochs=options.epochs, verbose=0, callbacks=[Tracking()])
    loss, accuracy = model.evaluate(pixels[kept], digits[kept], verbose=0)
    print(f"{kept.sum()} of {len(kept)} scans kept for the test: accuracy {accuracy:.3f}, loss {loss:.3f}")

    options.model.mkdir(parents=True)
    model.export(options.model / "digits.onnx", format="onnx", verbose=False)
    for path, value in ((options.accuracy, accuracy), (options.loss, loss)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(value))


if __name__ == "__main__":
    main()
