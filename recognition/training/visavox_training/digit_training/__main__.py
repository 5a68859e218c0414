"""Trains the digit recogniser on labelled recordings, and writes its weights.

python -m visavox_training.digit_training --recordings FOLDER --out-weights digits.safetensors --metrics metrics.json

A folder holds WAV files and `metadata.csv` (file_name,digits,person,split,pace); `recognition-step voice-digits` makes
one of synthetic people. With `--start` training goes on from those weights, as it does on recordings of one's own.

A file in the folder that VISAVOX_CHECKPOINTS names, where it is set, keeps what each epoch reached: started again after
a crash with the same arguments, the command goes on from there and ends with the same bits. Curves go to MLflow where
MLFLOW_TRACKING_URI and MLFLOW_RUN_ID are set.
"""

import argparse
import dataclasses
import hashlib
import sys
from pathlib import Path

from visavox_training import runtime
from visavox_training.digit_speech import LABELS, read_folder
from visavox_training.feature_table import InputError
from visavox_training.files import digest_of, write_json
from visavox_training.tracking import open_tracker


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    try:
        run(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m visavox_training.digit_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recordings", type=Path, required=True, help=f"a folder with {LABELS}")
    parser.add_argument("--start", type=Path, help="weights to start from (.safetensors)")
    parser.add_argument("--out-weights", type=Path, required=True, help="where the weights go (.safetensors)")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON report: recordings, curves, configuration")
    parser.add_argument("--epochs", type=int, default=14, help="each hears every recording once (default: 14)")
    parser.add_argument("--copies", type=int, default=1, help="spoilt versions of each recording (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice")
    parser.add_argument("--threads", type=int, default=1, help="bits are reproduced for the same number")
    options = parser.parse_args(arguments)
    for name in ("epochs", "copies", "threads"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} has to be at least 1")
    return options


def run(options: argparse.Namespace) -> None:
    """Reads, fits, writes. All outputs depend on the inputs, the seed and the number of threads alone."""
    tracker = open_tracker("digits/")
    runtime.configure(options.seed, options.threads)
    from visavox_training.digit_recogniser import build_listener, load_weights, save_weights
    from visavox_training.digit_training.dataset import SpokenDigits, spoilt_spectra
    from visavox_training.digit_training.trainer import DigitTrainingConfig, fit
    from visavox_training.fine_tuning.checkpoint import checkpoint_file
    from visavox_training.fine_tuning.kept_fit import without_the_clock

    config = DigitTrainingConfig(epochs=options.epochs, copies=options.copies)
    learned, judged = (read_folder(options.recordings, split) for split in ("train", "validation"))
    spectra, digits = spoilt_spectra(learned, copies=config.copies, seed=options.seed)
    if not spectra:
        raise InputError(f"No recording in {options.recordings} has the split 'train' and a length that is used.")
    _progress(f"{len(learned)} recordings, {len(spectra)} spectra")
    listener = build_listener(options.seed)
    if options.start:
        load_weights(listener, options.start)
    identity = _identity(options)
    progress = fit(
        listener,
        SpokenDigits(spectra, digits, batch=config.batch, seed=options.seed),
        judged,
        config,
        seed=options.seed,
        checkpoint=checkpoint_file("digits", identity),
        identity=identity,
        line=_progress,
        log=tracker.log,
    )
    if progress.stopped:
        raise InputError(f"Nothing was learned from {options.recordings}: {progress.stopped}.")
    save_weights(listener, options.out_weights)
    report = {
        "people": len({one.person for one in learned}),
        "recordings": len(learned),
        "digits": sum(len(one.digits) for one in learned),
        "seed": options.seed,
        "threads": options.threads,
        "configuration": dataclasses.asdict(config),
        "epochs": without_the_clock(progress.history),
    }
    options.metrics.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.metrics, report)
    tracker.close()


def _identity(options: argparse.Namespace) -> str:
    """Of what is learned from: the labels, the recordings in their order, the weights to start from."""
    files = sorted(options.recordings.glob("*.wav"))
    digests = [digest_of(file) for file in [options.recordings / LABELS, *files, *filter(None, [options.start])]]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
