"""Lays the weights of a digit recogniser and its model card together, as they are registered and published.

python -m visavox_training.digit_training.card --weights digits.safetensors --report report.json \\
    --figures figures.json --manifest speech.manifest.json --run RUN --out FOLDER

The code's digest is taken from VISAVOX_CODE, which steps are given.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from visavox_training.files import digest_of, write_bytes

WEIGHTS, CARD = "digits.safetensors", "digits.md"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.digit_training.card", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True, help="what training wrote beside them")
    parser.add_argument("--figures", type=Path, required=True, help="what evaluation wrote")
    parser.add_argument("--manifest", type=Path, required=True, help="of the dataset version of recordings")
    parser.add_argument("--run", required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder for weights and card")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    write_bytes(options.out / WEIGHTS, options.weights.read_bytes())
    write_bytes(options.out / CARD, card(options, os.environ.get("VISAVOX_CODE", "unknown")).encode())
    return 0


def card(options: argparse.Namespace, code: str) -> str:
    """In Markdown."""
    report, figures = (json.loads(file.read_text()) for file in (options.report, options.figures))
    manifest = json.loads(options.manifest.read_text())
    made_by = sorted({item["provenance"].get("source", "not stated") for item in manifest["items"]})
    configuration = ", ".join(f"{name} {value}" for name, value in report["configuration"].items())
    rows = "\n".join(
        f"| {condition} | {one['digits']} | {one['errors']} | {one['errorRate']:.2%} | {_limit(one['limit'])} |"
        for condition, one in figures["conditions"].items()
    )
    return f"""# Digit recogniser

Hears English digits in a recording: the log-mel spectrum of 16 kHz speech, [frames, 40], to the log-probabilities of
ten digits and none, [frames / 2, 11]. {WEIGHTS} holds the weights in half precision; the network is `build_listener`
in `digit_recogniser.py`. It decides nothing in a sign-in and is in no bundle
(`docs/decisions/0010-an-answer-is-compared-with-the-person.md`).

## Where it comes from

| | |
| --- | --- |
| weights | sha256:{digest_of(options.weights)} |
| run | {options.run} |
| dataset version | {manifest["name"]}@sha256:{digest_of(options.manifest)} |
| speech | {", ".join(made_by)} |
| code | {code} |
| seed | {report["seed"]} |
| training | {report["people"]} people, {report["recordings"]} recordings, {report["digits"]} digits |
| configuration | {configuration} |
| threads | {report["threads"]} |

Made again by `npx visavox digits train`; the options in the table are the usual ones unless it was asked for others
(`npx visavox digits train --help`). The same processor and number of threads give the same bits.

## What it was measured on

{figures["people"]} synthetic people whom it has not learned from. An error is a digit too many, too few or another one;
`slow` and `fast` are paces at which nobody speaks whom it has learned from; `degraded` adds rooms, microphones, lines
and noise to the usual pace. The run fails where more is wrong than the limit.

| | digits | errors | error rate | limit |
| --- | --- | --- | --- | --- |
{rows}

Of real people it hears much less: it has heard none. Do not use it to decide anything about them.
"""


def _limit(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.1%}"


if __name__ == "__main__":
    sys.exit(main())
