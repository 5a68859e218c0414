"""Fine-tunes the voice network so that it knows people over telephones and codecs as it knows them in clear.

The published network is the teacher: it embeds pieces of clear recordings. The network learns to give the same
embedding of a copy that a bad line brought (band limits, noise, lossy coding, all simulated and drawn anew for each
batch), and of the clear piece still the same as before; only the scales and shifts of its normalisations change.
Nothing has to be labelled for that; who is whom only decides when to stop and whether the result is kept, on people of
the split 'validation', whom nothing is learned from.

python -m visavox_training.fine_tuning --backbone voice-backbone.keras --recordings recordings.safetensors \\
    --out-onnx voice-backbone.onnx --out-adapter adapter.safetensors --metrics metrics.json --seed 1 --threads 2

A file in the folder that VISAVOX_CHECKPOINTS names, where it is set, keeps what each epoch reached: started again after
a crash with the same arguments, the command goes on from there and ends with the same bits. Curves go to MLflow where
MLFLOW_TRACKING_URI and MLFLOW_RUN_ID are set.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

from visavox_training import runtime
from visavox_training.feature_table import InputError
from visavox_training.files import digest_of, write_bytes, write_json
from visavox_training.tracking import open_tracker

FEWEST_PEOPLE = 8
"""To learn from; half as many have to be there to judge on."""


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
        prog="python -m visavox_training.fine_tuning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--backbone",
        type=Path,
        help="the voice network, as .keras (default: the published weights, as packages have them)",
    )
    parser.add_argument(
        "--serving", type=Path, help="the ONNX network that serves; what is started from has to be equal to it"
    )
    parser.add_argument("--adapter", type=Path, help="what an earlier fit learned, to start from (default: nothing)")
    parser.add_argument(
        "--recordings",
        type=Path,
        required=True,
        help="safetensors: samples [total] float32 at 16 kHz, lengths [n], metadata items [{person, split}]",
    )
    parser.add_argument("--out-onnx", type=Path, help="the network: waveform [1, samples] to features")
    parser.add_argument("--out-adapter", type=Path, required=True, help="what was learned, to go on from another day")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON report: kept, reason, figures, curves")
    parser.add_argument("--epochs", type=int, default=3, help="at most (default: 3)")
    parser.add_argument("--steps", type=int, default=20, help="batches in an epoch (default: 20)")
    parser.add_argument("--pieces", type=int, default=480, help="that are made of all recordings (default: 480)")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a crop (default: 1.5)")
    parser.add_argument("--patience", type=int, default=2, help="epochs without a new best (default: 2)")
    parser.add_argument("--judged", type=int, default=64, help="recordings that it is judged on, at most (default: 64)")
    parser.add_argument("--learning-rate", type=float, default=5e-3, help="relative to each weight (default: 5e-3)")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice")
    parser.add_argument("--threads", type=int, default=2, help="bits are reproduced for the same number")
    options = parser.parse_args(arguments)
    for name in ("epochs", "steps", "pieces", "patience", "judged", "threads"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} has to be at least 1")
    return options


def run(options: argparse.Namespace) -> None:
    """Reads, fits, writes. All outputs depend on the inputs, the seed and the number of threads alone."""
    tracker = open_tracker("voice/fine_tuning/")
    runtime.configure(options.seed, options.threads)

    from visavox_training import voice_backbone
    from visavox_training.fine_tuning.adapter import adapter_bytes, read_adapter
    from visavox_training.fine_tuning.checkpoint import checkpoint_file
    from visavox_training.fine_tuning.model import VoiceFineTuning
    from visavox_training.fine_tuning.recordings import read_recordings
    from visavox_training.fine_tuning.trainer import FineTuningConfig, fine_tune

    recordings = read_recordings(options.recordings)
    for split, least in (("train", FEWEST_PEOPLE), ("validation", FEWEST_PEOPLE // 2)):
        people = len(set(recordings.of(split).people))
        if people < least:
            raise InputError(
                f"Too few people in {options.recordings}. Expected {least} or more with split '{split}'. "
                f"Received: {people}"
            )
    backbone = _backbone(options.backbone)
    variables = VoiceFineTuning(backbone).trainable_variables
    adapter = read_adapter(options.adapter, variables) if options.adapter else None
    if options.serving and not _serves(options.serving, backbone, variables, adapter):
        reason = "the network stays: it is another one than the published one that can be fine-tuned here"
        _progress(reason)
        stays = {"kept": True, "reason": reason, "people": 0, "recordings": 0}
        _write(options, stays, options.serving.read_bytes(), b"")
        tracker.close()
        return
    network = digest_of(options.backbone) if options.backbone else "published"
    started = [digest_of(options.adapter)] if options.adapter else []
    identity = " ".join([digest_of(options.recordings), network, *started])
    chosen = ("epochs", "steps", "pieces", "seconds", "patience", "judged", "learning_rate")
    config = FineTuningConfig(**{name: getattr(options, name) for name in chosen})
    outcome = fine_tune(
        backbone,
        recordings,
        config,
        seed=options.seed,
        adapter=adapter,
        checkpoint=checkpoint_file("voice", identity),
        identity=identity,
        line=_progress,
        log=tracker.log,
    )
    _progress(outcome.reason)
    onnx = voice_backbone.voice_backbone_to_onnx(backbone) if options.out_onnx else b""
    _write(options, _report(options, config, recordings, outcome), onnx, adapter_bytes(variables))
    tracker.close()


def _backbone(file: Path | None):
    import keras

    from visavox_training.published import published_voice_backbone

    if file is None:
        return published_voice_backbone()
    if not file.is_file():
        raise InputError(f"The network {file} does not exist.")
    return keras.saving.load_model(file, compile=False)


def _write(options: argparse.Namespace, report: dict, onnx: bytes, adapter: bytes) -> None:
    for path, content in ((options.out_onnx, onnx), (options.out_adapter, adapter)):
        if path is None:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
    options.metrics.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.metrics, report)


def _serves(serving: Path, backbone, variables, adapter) -> bool:
    """Whether the ONNX network is what the Keras network is with this adapter."""
    import numpy as np
    import torch

    from visavox_training.export import onnx_session
    from visavox_training.fine_tuning.weights import assign, values_of

    waveform = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    published = values_of(variables)
    assign(variables, adapter or published)
    with torch.no_grad():
        here = backbone(torch.from_numpy(waveform)).numpy()
    assign(variables, published)
    there = onnx_session(serving.read_bytes()).run(None, {"waveform": waveform})[0]
    return there.shape == here.shape and bool(np.abs(there - here).max() < 1e-3)


def _report(options: argparse.Namespace, config, recordings, outcome) -> dict:
    from visavox_training.fine_tuning.kept_fit import without_the_clock

    return {
        "kept": outcome.kept,
        "reason": outcome.reason,
        "people": len(set(recordings.of("train").people)),
        "recordings": len(recordings.of("train").people),
        "start": dataclasses.asdict(outcome.start),
        "end": dataclasses.asdict(outcome.end),
        "bestEpoch": outcome.progress.best_epoch,
        "epochs": without_the_clock(outcome.progress.history),
        "seed": options.seed,
        "threads": options.threads,
        "configuration": dataclasses.asdict(config),
    }


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
