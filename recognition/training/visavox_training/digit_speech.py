"""Labelled recordings of digits, and what rooms, microphones and lines make of them."""

import csv
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavox_training.feature_table import InputError

SAMPLE_RATE = 16_000
LABELS = "metadata.csv"
SPLITS = ("train", "validation", "evaluation")


@dataclass(frozen=True)
class Utterance:
    """`samples` at 16 kHz, -1 to 1; `digits` is empty where something else is said.

    `split` says what the recording is for, `pace` how fast the person speaks: `usual`, or what the dataset calls it.
    """

    samples: np.ndarray
    digits: str
    person: str = ""
    split: str = "train"
    pace: str = "usual"


def read_folder(folder: Path, *splits: str) -> list[Utterance]:
    """The recordings of these splits that `metadata.csv` (file_name,digits,person,split,pace) in the folder names.

    WAV, 16 bit, 16 kHz, one channel. The last two columns may be missing: all is learned from, at the usual pace.

    Raises:
        InputError: a file or a column is missing, or holds something else.
    """
    table = folder / LABELS
    if not table.is_file():
        raise InputError(f"{folder} cannot be used. Expected: a file {LABELS} with what is said in each one.")
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = [_labels(row, table) for row in rows]
    people = {split: {one["person"] for one in said if one["split"] == split} for split in SPLITS}
    both = sorted(people["train"] & (people["validation"] | people["evaluation"]) - {""})
    if both:
        raise InputError(f"{table} cannot be used. Expected: each person in one split. Received: {both[0]} in several.")
    return [
        Utterance(_read(folder / one.pop("file_name")), **one) for one in said if not splits or one["split"] in splits
    ]


def _labels(row: dict[str, str], table: Path) -> dict[str, str]:
    labels = {
        "file_name": row.get("file_name") or "",
        "digits": row.get("digits") or "",
        "person": row.get("person") or "",
        "split": row.get("split") or "train",
        "pace": row.get("pace") or "usual",
    }
    if not labels["file_name"] or not (labels["digits"] == "" or labels["digits"].isdecimal()):
        raise InputError(f"{table} cannot be used. Expected: the columns file_name and digits. Received: {row}")
    if labels["split"] not in SPLITS:
        raise InputError(f"{table} cannot be used. Expected splits among {SPLITS}. Received: {labels['split']!r}")
    return labels


def _read(file: Path) -> np.ndarray:
    try:
        with wave.open(str(file)) as stream:
            form = (stream.getnchannels(), stream.getsampwidth(), stream.getframerate())
            samples = np.frombuffer(stream.readframes(stream.getnframes()), "<i2") if form[1] == 2 else None
    except (OSError, EOFError, wave.Error) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    if form != (1, 2, SAMPLE_RATE):
        raise InputError(f"{file} cannot be used. Expected: 1 channel, 2 bytes, 16 kHz. Received: {form}")
    return samples.astype(np.float32) / 32768


def spoil(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Another speed, room, microphone, line and noise; every one of them now and then."""
    spoilt = _speed(samples, generator.uniform(0.85, 1.2))
    if generator.random() < 0.5:
        spoilt = _room(spoilt, generator)
    spoilt = _coloured(spoilt, generator)
    if generator.random() < 0.3:
        spoilt = _telephone(spoilt, generator)
    spoilt = _noisy(spoilt, generator)
    if generator.random() < 0.1:
        spoilt = np.clip(spoilt, -1, 1) * np.abs(spoilt).max()
    return spoilt.astype(np.float32)


def _speed(samples: np.ndarray, factor: float) -> np.ndarray:
    length = int(len(samples) / factor)
    return np.interp(np.arange(length) * factor, np.arange(len(samples)), samples)


def _filter(samples: np.ndarray, gain: np.ndarray) -> np.ndarray:
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples))


def _coloured(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    knots = np.array([0, 200, 500, 1000, 2000, 4000, 8000])
    return _filter(samples, 10 ** (np.interp(frequencies, knots, generator.normal(0, 4, len(knots))) / 20))


def _telephone(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = generator.uniform(100, 350), generator.uniform(3200, 3900)
    gain = 1 / (1 + (low / np.maximum(frequencies, 1)) ** 6) / (1 + (frequencies / high) ** 16)
    return _filter(samples, gain)


def _room(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    seconds = generator.uniform(0.1, 0.6)
    length = int(seconds * SAMPLE_RATE)
    tail = generator.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    response = tail * generator.uniform(0.02, 0.25) / np.sqrt((tail**2).sum()) * 3
    response[0] += 1
    size = len(samples) + length
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]


def _noisy(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    samples = samples / max(1e-6, np.abs(samples).max()) * generator.uniform(0.2, 0.9)
    size = len(samples)
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 50)
    noise = np.fft.irfft(np.fft.rfft(generator.normal(size=size)) / frequencies ** generator.uniform(0, 1), size)
    ratio = 10 ** (-generator.uniform(5, 45) / 20)
    return samples + noise * ratio * np.sqrt((samples**2).mean() / (noise**2).mean())
