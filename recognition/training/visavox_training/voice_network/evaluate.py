"""Measures what the voice network learned on voices that it has not learned from, and refuses what gains too little.

python -m visavox_training.voice_network.evaluate --recordings recordings.safetensors --adapter adapter.safetensors \\
    --limits '{"degraded": 0.7, "clear": 1.1}' --figures figures.json

Measured are the recordings with the split 'evaluation': enrolled in clear, tried in clear and over simulated lines, by
the published network and by the one with the adapter. The limits are shares of the published one's min Cllr.
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

from visavox_training import runtime
from visavox_training.feature_table import InputError
from visavox_training.files import digest_of, write_json

MOST = 400
"""Recordings that are measured on."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m visavox_training.voice_network.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recordings", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--limits", type=json.loads, default={}, help="by condition: clear, degraded")
    parser.add_argument("--figures", type=Path, required=True, help="JSON")
    parser.add_argument("--seed", type=int, default=0, help="of crops and lines")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        figures = measure(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    options.figures.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.figures, figures)
    faults = [
        f"{condition}: min Cllr {after:.4f} after {before:.4f}, of which {options.limits[condition]:.0%} may be left"
        for condition in options.limits
        if (after := figures["adapted"][f"{condition}_min_cllr"])
        > options.limits[condition] * (before := figures["published"][f"{condition}_min_cllr"])
    ]
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 2 if faults else 0


def measure(options: argparse.Namespace) -> dict:
    """Figures of both networks on the same crops."""
    runtime.configure(options.seed, options.threads)
    from visavox_training.fine_tuning.held_out import HeldOutPeople
    from visavox_training.fine_tuning.model import VoiceFineTuning
    from visavox_training.fine_tuning.recordings import read_recordings
    from visavox_training.published import published_voice_backbone
    from visavox_training.voice_network.adapted import apply_adapter

    if unknown := set(options.limits) - {"clear", "degraded"}:
        raise InputError(f"There is no limit for {', '.join(sorted(unknown))}. Expected: clear, degraded.")
    people = HeldOutPeople(read_recordings(options.recordings).of("evaluation"), most=MOST, seed=options.seed)
    if people.count < 2:
        raise InputError(f"Nobody in {options.recordings} has the split 'evaluation' and two recordings.")
    backbone = published_voice_backbone()
    model = VoiceFineTuning(backbone)
    before = people.figures(model)
    apply_adapter(backbone, options.adapter)
    after = people.figures(model)
    if not np.isfinite(dataclasses.astuple(after)).all():
        raise InputError(f"The network with {options.adapter} embeds nothing that can be compared.")
    return {
        "adapter": f"sha256:{digest_of(options.adapter)}",
        "voices": people.count,
        "recordings": len(people.people),
        "limits": options.limits,
        "published": dataclasses.asdict(before),
        "adapted": dataclasses.asdict(after),
    }


if __name__ == "__main__":
    sys.exit(main())
