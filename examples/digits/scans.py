"""Writes handwritten digits as they would arrive: `python scans.py scans 1` adds scans/1.csv, the first 600 of them.

They come with scikit-learn: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits (UCI, CC BY 4.0).
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

DELIVERY = 600

folder, delivery = Path(sys.argv[1]), int(sys.argv[2])
digits = load_digits()
rows = np.column_stack([digits.target, digits.data])[DELIVERY * (delivery - 1) : DELIVERY * delivery]
header = ",".join(["digit", *(f"pixel{n}" for n in range(64))])
folder.mkdir(parents=True, exist_ok=True)
np.savetxt(folder / f"{delivery}.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
print(f"{len(rows)} scans in {folder / f'{delivery}.csv'}")
