"""Measures a digit recogniser on people whom it has not learned from, and refuses one that is not good enough.

python -m visavox_training.digit_training.evaluate --recordings FOLDER --weights digits.safetensors \\
    --figures figures.json --error-rate error-rate.txt --error-rate-other-paces other-paces.txt \\
    --error-rate-degraded degraded.txt

Measured are the recordings with the split 'evaluation': as they are, by pace, and as rooms, microphones and lines
degrade them.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from visavox_training import runtime
from visavox_training.digit_speech import read_folder, spoil
from visavox_training.feature_table import InputError
from visavox_training.files import digest_of, write_bytes, write_json

USUAL, DEGRADED = "usual", "degraded"


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    try:
        figures = measure(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    faults = [
        f"{condition}: {one['errorRate']:.2%} of the digits are wrong, at most {one['limit']:.1%} may be"
        for condition, one in figures["conditions"].items()
        if one["limit"] is not None and one["errorRate"] > one["limit"]
    ]
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 2 if faults else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m visavox_training.digit_training.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recordings", type=Path, required=True, help="a folder as training is given it")
    parser.add_argument("--weights", type=Path, required=True, help="what training wrote")
    parser.add_argument("--figures", type=Path, required=True, help="JSON: errors by condition")
    parser.add_argument("--error-rate", type=Path, required=True, help="the share of wrong digits at the usual pace")
    parser.add_argument("--error-rate-other-paces", type=Path, required=True, help="at all others together")
    parser.add_argument("--error-rate-degraded", type=Path, required=True, help="of degraded recordings")
    parser.add_argument(
        "--limits", type=json.loads, default={}, help='largest shares of wrong digits let through: {"usual": 0.01}'
    )
    parser.add_argument("--seed", type=int, default=0, help="of what degrades the recordings")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args(arguments)


def measure(options: argparse.Namespace) -> dict:
    """Writes the figures and the numbers among them; returns the figures."""
    runtime.configure(options.seed, options.threads)
    from visavox_training.digit_recogniser import build_listener, load_weights
    from visavox_training.digit_training.hearing import Ear, Errors

    utterances = read_folder(options.recordings, "evaluation")
    if not any(one.pace == USUAL for one in utterances):
        raise InputError(f"No recording in {options.recordings} has the split 'evaluation' and the pace '{USUAL}'.")
    listener = build_listener()
    load_weights(listener, options.weights)
    ear, generator = Ear(listener), np.random.default_rng(options.seed)
    errors: dict[str, Errors] = {}

    def hear(condition: str, said: str, samples: np.ndarray) -> None:
        errors[condition] = errors.get(condition, Errors()).and_heard(said, ear.hear(samples))

    for one in utterances:
        hear(one.pace, one.digits, one.samples)
        if one.pace == USUAL:
            hear(DEGRADED, one.digits, spoil(one.samples, generator))
    missing = sorted(set(options.limits) - set(errors))
    if missing:
        raise InputError(f"No recording has the split 'evaluation' and the pace '{missing[0]}', which has a limit.")
    others = [one for condition, one in errors.items() if condition not in (USUAL, DEGRADED)]
    other_paces = Errors(sum(one.digits for one in others), sum(one.errors for one in others))
    figures = {
        "weights": f"sha256:{digest_of(options.weights)}",
        "people": len({one.person for one in utterances}),
        "conditions": {
            condition: {**vars(one), "errorRate": one.rate, "limit": options.limits.get(condition)}
            for condition, one in errors.items()
        },
    }
    numbers = {
        options.error_rate: errors[USUAL].rate,
        options.error_rate_other_paces: other_paces.rate,
        options.error_rate_degraded: errors[DEGRADED].rate,
    }
    for file in (options.figures, *numbers):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.figures, figures)
    for file, number in numbers.items():
        write_bytes(file, str(number).encode())
    return figures


if __name__ == "__main__":
    sys.exit(main())
