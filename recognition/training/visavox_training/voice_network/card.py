"""Lays an adapter of the voice network and its model card together, as they are published.

python -m visavox_training.voice_network.card --adapter adapter.safetensors --report report.json \\
    --figures figures.json --speech speech.json --recordings recordings.safetensors --run RUN --out FOLDER

The code's digest is taken from VISAVOX_CODE, which steps are given.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from visavox_training.files import digest_of, write_bytes

ADAPTER, CARD = "adapter.safetensors", "adapter.md"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m visavox_training.voice_network.card",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True, help="what training wrote beside it")
    parser.add_argument("--figures", type=Path, required=True, help="what evaluation wrote")
    parser.add_argument("--speech", type=Path, required=True, help="what the speech was made by")
    parser.add_argument("--recordings", type=Path, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder for both")
    options = parser.parse_args(arguments)
    read = {name: json.loads(getattr(options, name).read_text()) for name in ("report", "figures", "speech")}
    text = card_of(
        **read,
        digests={name: digest_of(getattr(options, name)) for name in ("adapter", "recordings")},
        run=options.run,
        code=os.environ.get("VISAVOX_CODE", "unknown"),
    )
    options.out.mkdir(parents=True, exist_ok=True)
    write_bytes(options.out / ADAPTER, options.adapter.read_bytes())
    write_bytes(options.out / CARD, text.encode())
    return 0


def card_of(*, report: dict, figures: dict, speech: dict, digests: dict[str, str], run: str, code: str) -> str:
    """In Markdown."""
    configuration = ", ".join(f"{name} {value}" for name, value in report["configuration"].items())
    rows = "\n".join(
        f"| {condition} | {_of(figures['published'], condition)} | {_of(figures['adapted'], condition)} | {limit} |"
        for condition in ("clear", "degraded")
        for limit in [f"{figures['limits'][condition]:.0%}" if condition in figures["limits"] else ""]
    )
    return f"""# The voice network's adapter to bad lines

The scales and shifts of the normalisations of CAM++ (82,752 numbers), with which it embeds speech that came over
telephones and codecs more as it embeds the same speech in clear. `npm run setup` puts them into the network that
version 1 serves (`docs/decisions/0030-the-voice-network-is-fine-tuned-against-lines.md`).

## Where it comes from

| | |
| --- | --- |
| adapter | sha256:{digests["adapter"]} |
| run | {run} |
| speech | nobody's: {speech["voices"]} voices by {speech["source"]}, seed {speech["seed"]} |
| recordings | sha256:{digests["recordings"]} |
| code | {code} |
| seed | {report["seed"]} |
| training | {report["people"]} voices, {report["recordings"]} recordings, best after epoch {report["bestEpoch"]} |
| configuration | {configuration} |
| threads | {report["threads"]} |

Made again by `npx visavox run recognition/voice-network/pipeline.ts`. The same processor and number of threads give the
same bits.

## What it was measured on

{figures["voices"]} synthetic voices, {figures["recordings"]} recordings, none of which it has learned from; enrolled in
clear, tried over simulated lines. The run fails where more than the limit is left of the published network's min Cllr.

| min Cllr (EER) | published | with the adapter | limit |
| --- | --- | --- | --- |
{rows}

Of real people over real codecs: `docs/figures.md`.
"""


def _of(figures: dict, condition: str) -> str:
    return f"{figures[f'{condition}_min_cllr']:.4f} ({figures[f'{condition}_eer']:.2%})"


if __name__ == "__main__":
    sys.exit(main())
