"""What is learned: which wave a short sound is. The folder that a sound lies in names its wave."""

import wave
from pathlib import Path

import keras
import numpy as np

SAMPLES = 4000
FRAME = 256


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Spectrograms (n, frames, 129), the number of each one's wave (n,), and the names of the waves."""
    paths = sorted(folder.glob("*/*.wav"), key=lambda path: (path.stem, path.parent.name))
    classes = sorted({path.parent.name for path in paths})
    examples = np.stack([spectrogram(samples(path)) for path in paths])
    return examples, np.array([classes.index(path.parent.name) for path in paths]), classes


def samples(path: Path) -> np.ndarray:
    """Half a second of mono at 8 kHz, from -1 to 1; what is shorter is filled up with silence."""
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(SAMPLES), "<i2").astype("float32") / 32768
    return np.pad(sound, (0, SAMPLES - len(sound)))


def spectrogram(sound: np.ndarray) -> np.ndarray:
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME) * np.hanning(FRAME)
    return np.log1p(np.abs(np.fft.rfft(frames))).astype("float32")


def network(shape: tuple[int, ...], classes: int, units: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(shape, name="spectrogram"),
            keras.layers.Conv1D(units, 3, activation="relu"),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
