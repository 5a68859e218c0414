"""Converts the published networks to ONNX (and Keras) files in one folder, described by its networks.json.

python -m visavox_training.convert --packages node_modules --out .visavox/setup/networks
"""

import argparse
import dataclasses
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visavox_training import runtime
from visavox_training.files import write_bytes, write_json
from visavox_training.published import NETWORKS, ConversionError, Network, Packages

DESCRIPTION = "networks.json"
MADE_FROM = "made-from.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.convert", description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="the node_modules folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the converted networks")
    options = parser.parse_args(arguments)
    try:
        convert_all(options.packages, options.out)
    except ConversionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def convert_all(packages_folder: Path, out: Path) -> None:
    """Converts every network into `out`; does nothing when `out` holds what these sources give."""
    packages = Packages(packages_folder)
    made_from = _digest_of_sources(packages)
    if _is_complete(out, made_from):
        _progress("the networks are up to date")
        return
    _progress("loading Keras and PyTorch")
    runtime.configure(seed=0, threads=1)
    out.mkdir(parents=True, exist_ok=True)
    _remove_left_overs(out)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=out))
    try:
        described = [_convert(name, convert, packages, staging) for name, convert in NETWORKS.items()]
        for file in sorted(staging.iterdir()):
            file.replace(out / file.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    # Last, so that what is described is there.
    write_json(out / DESCRIPTION, described)
    write_json(out / MADE_FROM, {"sources": made_from})
    _progress(f"{len(described)} networks in {out}")


_STAGING = ".converting-"


def _remove_left_overs(out: Path) -> None:
    for folder in out.glob(f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _convert(name: str, convert: Callable[[Packages], Network], packages: Packages, folder: Path) -> dict[str, Any]:
    started = time.monotonic()
    network = convert(packages)
    write_bytes(folder / f"{name}.onnx", network.onnx)
    if network.keras_model is not None:
        network.keras_model.save(folder / f"{name}.keras")
    _progress(
        f"{name}: {len(network.onnx) / 1e6:.2f} MB, differs from {network.parity.against} "
        f"by {network.parity.max_error:.1e} at most ({time.monotonic() - started:.1f} s)"
    )
    return describe(name, network)


def describe(name: str, network: Network) -> dict[str, Any]:
    """The entry of a network in networks.json."""
    described = {
        "name": name,
        "file": f"{name}.onnx",
        "digest": _digest(network.onnx),
        "bytes": len(network.onnx),
        "source": dataclasses.asdict(network.source),
        "licence": network.licence,
        "inputs": network.inputs,
        "outputs": network.outputs,
        "parity": {"against": network.parity.against, "maxError": network.parity.max_error},
    }
    if network.dimension is not None:
        described["dimension"] = network.dimension
    if network.keras_model is not None:
        described["kerasFile"] = f"{name}.keras"
    if network.points is not None:
        described["points"] = network.points
    return described


def _digest_of_sources(packages: Packages) -> str:
    """Digest over this package's code and the published weights."""
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), *sorted(here.glob("*.mjs")), *packages.weight_files()]
    digests = [f"{file.name} {_digest(file.read_bytes())}" for file in files]
    return _digest("\n".join(digests).encode())


def _is_complete(out: Path, made_from: str) -> bool:
    try:
        if json.loads((out / MADE_FROM).read_text()) != {"sources": made_from}:
            return False
        networks = json.loads((out / DESCRIPTION).read_text())
        return all(_digest((out / network["file"]).read_bytes()) == network["digest"] for network in networks)
    except (OSError, ValueError):
        return False


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
