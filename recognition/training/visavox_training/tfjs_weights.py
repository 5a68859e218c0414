"""Reads the weights of TensorFlow.js models (manifest and binary shards).

Format: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts (WeightsManifestEntry).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

_STORED = {"float32": "<f4", "int32": "<i4", "bool": "|b1", "uint8": "|u1", "uint16": "<u2", "float16": "<f2"}


def read_weights(manifest: Iterable[Mapping[str, Any]], folder: Path) -> dict[str, np.ndarray]:
    """Answers every weight by name, dequantised to its declared type.

    Args:
        manifest: the groups of a `weightsManifest`, each with `paths` and `weights`.
        folder: where the shards lie.
    """
    weights: dict[str, np.ndarray] = {}
    for group in manifest:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            weights[entry["name"]], offset = _read_weight(entry, data, offset)
        if offset != len(data):
            raise ValueError(
                f"The weights in {folder} do not fit their manifest. Expected {offset} bytes. Received: {len(data)}"
            )
    return weights


def _read_weight(entry: Mapping[str, Any], data: bytes, offset: int) -> tuple[np.ndarray, int]:
    quantization = entry.get("quantization")
    stored = np.dtype(_STORED[quantization["dtype"] if quantization else entry["dtype"]])
    count = int(np.prod(entry["shape"], dtype=np.int64))
    values = np.frombuffer(data, stored, count, offset)
    if quantization and "scale" in quantization:
        # In float32, as TensorFlow.js does it.
        values = values.astype(np.float32) * np.float32(quantization["scale"]) + np.float32(quantization["min"])
    return values.astype(entry["dtype"]).reshape(entry["shape"]), offset + count * stored.itemsize
