"""What is learned: which species an iris is, from four measurements in centimetres (Fisher, 1936)."""

import csv
from pathlib import Path

import keras
import numpy as np

MEASUREMENTS = ("sepal_length", "sepal_width", "petal_length", "petal_width")


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Measurements (n, 4), the number of each one's species (n,), and the names of the species."""
    rows = [row for path in sorted(folder.glob("*.csv")) if path.name != "metadata.csv" for row in table(path)]
    classes = sorted({row["species"] for row in rows})
    examples = np.array([[float(row[name]) for name in MEASUREMENTS] for row in rows], "float32")
    return examples, np.array([classes.index(row["species"]) for row in rows]), classes


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def network(shape: tuple[int, ...], classes: int, units: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(shape, name="features"),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
