"""What is learned: which shape a small grey picture shows. The folder that a picture lies in names its shape."""

from pathlib import Path

import keras
import numpy as np

SIZE = 24


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Pictures (n, 24, 24, 1) from 0 to 1, the number of each one's shape (n,), and the names of the shapes."""
    paths = sorted(folder.glob("*/*.png"), key=lambda path: (path.stem, path.parent.name))
    classes = sorted({path.parent.name for path in paths})
    pictures = [keras.utils.load_img(path, color_mode="grayscale", target_size=(SIZE, SIZE)) for path in paths]
    examples = np.stack([np.asarray(picture, "float32")[..., None] / 255 for picture in pictures])
    return examples, np.array([classes.index(path.parent.name) for path in paths]), classes


def network(shape: tuple[int, ...], classes: int, units: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(shape, name="pixels"),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
