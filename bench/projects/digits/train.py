"""Fits a softmax regression: train.py SCANS EPOCHS MODEL ACCURACY"""

import sys
from pathlib import Path

import numpy as np

RATE = 0.5


def main() -> None:
    scans, epochs, model, accuracy = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    rows = np.load(scans)
    labels, pixels = rows[:, 0].astype(int), rows[:, 1:]
    weights = np.zeros((pixels.shape[1], 10))
    for _ in range(epochs):
        logits = pixels @ weights
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        weights -= RATE * pixels.T @ (chances - np.eye(10)[labels]) / len(labels)
    with Path(model).open("wb") as stream:
        np.save(stream, weights)
    Path(accuracy).write_text(str(float(np.mean((pixels @ weights).argmax(axis=1) == labels))))


if __name__ == "__main__":
    main()
