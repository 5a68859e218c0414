"""Plays sounds to begin with: `python make_data.py` writes data/sine, data/square and data/saw."""

import wave
from pathlib import Path

import numpy as np

EACH = 60
RATE, SAMPLES = 8000, 4000
random = np.random.default_rng(1)


def played(kind: str) -> np.ndarray:
    phase = random.uniform(100, 400) * np.arange(SAMPLES) / RATE + random.uniform()
    tone = {
        "sine": np.sin(2 * np.pi * phase),
        "square": np.sign(np.sin(2 * np.pi * phase)),
        "saw": 2 * (phase % 1) - 1,
    }[kind]
    noisy = random.uniform(0.2, 0.6) * tone + 0.02 * random.standard_normal(SAMPLES)
    return (noisy.clip(-1, 1) * 32767).astype("<i2")


for kind in ("sine", "square", "saw"):
    folder = Path("data", kind)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(EACH):
        with wave.open(str(folder / f"{number:03}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(played(kind).tobytes())
print(f"{3 * EACH} sounds in data")
