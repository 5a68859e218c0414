"""What the checks of both packages share. They run in processes of their own: each package registers the protocol's
messages under the same names, and Python's protobuf takes them once."""

import asyncio
import json
import sys
import traceback

import numpy as np

http_address, grpc_address, bundle_version = sys.argv[1:4]

ROWS = {
    "BOOL": np.array([[True, False]]),
    "UINT8": np.array([[0, 255]], np.uint8),
    "UINT16": np.array([[1, 65535]], np.uint16),
    "UINT32": np.array([[1, 2**32 - 1]], np.uint32),
    "UINT64": np.array([[1, 2**64 - 1]], np.uint64),
    "INT8": np.array([[-128, 127]], np.int8),
    "INT16": np.array([[-(2**15), 1]], np.int16),
    "INT32": np.array([[-(2**31), 1]], np.int32),
    "INT64": np.array([[-(2**63), 1]], np.int64),
    "FP16": np.array([[0.5, -65504]], np.float16),
    "FP32": np.array([[np.inf, 1e-38]], np.float32),
    "FP64": np.array([[np.pi, 1e-300]], np.float64),
    "BYTES": np.array([["", "grüß dich"]], np.object_),
}
IMAGE = (np.arange(1 * 150 * 150 * 3) % 255).astype(np.float32).reshape(-1, 3)


def same(answered, row):
    if row.dtype == np.object_:
        texts = [item.decode() if isinstance(item, bytes) else str(item) for item in answered.ravel()]
        assert texts == list(row.ravel()), texts
    else:
        assert answered.dtype == row.dtype, answered.dtype
        assert np.array_equal(answered, row), answered


def run(checks):
    """Prints one JSON object: the check's name -> "ok" or what went wrong."""
    report = {}
    for name, check in list(checks.items()):
        if not name.startswith("check_"):
            continue
        try:
            answer = check()
            if asyncio.iscoroutine(answer):
                asyncio.run(answer)
            report[name.removeprefix("check_").replace("_", " ")] = "ok"
        except Exception:
            report[name.removeprefix("check_").replace("_", " ")] = traceback.format_exc()
    print(json.dumps(report))
