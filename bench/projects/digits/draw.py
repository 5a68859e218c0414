"""Draws digits of seven segments on 6 x 4 pixels, with noise: draw.py COUNT FILE"""

import sys
from pathlib import Path

import numpy as np

SEGMENTS = ["abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg"]
PLACES = {
    "a": (0, slice(0, 4)),
    "b": (slice(0, 3), 3),
    "c": (slice(3, 6), 3),
    "d": (5, slice(0, 4)),
    "e": (slice(3, 6), 0),
    "f": (slice(0, 3), 0),
    "g": (2, slice(0, 4)),
}


def main() -> None:
    count, file = int(sys.argv[1]), sys.argv[2]
    random = np.random.default_rng(7)
    labels = random.integers(0, 10, count)
    scans = random.normal(0, 0.2, (count, 6, 4))
    for scan, label in zip(scans, labels, strict=True):
        for segment in SEGMENTS[label]:
            scan[PLACES[segment]] += 1
    with Path(file).open("wb") as stream:
        np.save(stream, np.column_stack([labels, scans.reshape(count, -1)]))


if __name__ == "__main__":
    main()
