"""Trains the digit recogniser on folders of labelled recordings, and writes its weights.

python -m visavox_training.train_digits --recordings FOLDER [FOLDER ...] --out weights.npz [--start weights.npz]

A folder holds WAV files and `prompts.csv`; `recognition-step voice-digits` makes one of synthetic people. With
`--start`
training goes on from those weights, as it does on the recordings of people who enrolled.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavox_training import runtime

FRAMES = 480


@dataclass(frozen=True)
class DigitTraining:
    """How long and how fast; `copies` is how many spoilt versions of each recording are made."""

    epochs: int = 14
    batch: int = 32
    rate: float = 2e-3
    copies: int = 1
    seed: int = 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.train_digits", description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=Path, nargs="+", required=True, help="folders with prompts.csv")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go (.npz)")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--epochs", type=int, default=DigitTraining.epochs)
    parser.add_argument("--copies", type=int, default=DigitTraining.copies, help="spoilt versions of each recording")
    parser.add_argument("--rate", type=float, default=DigitTraining.rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=DigitTraining.seed)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    runtime.configure(seed=options.seed, threads=options.threads)
    training = DigitTraining(epochs=options.epochs, copies=options.copies, rate=options.rate, seed=options.seed)
    train_folders(options.recordings, options.out, training, options.start)
    return 0


def train_folders(folders: list[Path], out: Path, training: DigitTraining, start: Path | None = None) -> None:
    from visavox_training.digit_recogniser import build_listener, load_weights, save_weights
    from visavox_training.digit_speech import read_folder

    utterances = [utterance for folder in folders for utterance in read_folder(folder)]
    spectra, digits = prepare(utterances, training)
    _log(f"{len(utterances)} recordings, {len(spectra)} spectra")
    listener = build_listener()
    if start:
        load_weights(listener, start)
    fit(listener, spectra, digits, training)
    save_weights(listener, out)


def prepare(utterances, training: DigitTraining) -> tuple[list[np.ndarray], list[str]]:
    """Standardised spectra [frames, 40] of spoilt copies, and what is said in each."""
    import torch

    from visavox_training.digit_recogniser import LogMelSpectrum, Standardise
    from visavox_training.digit_speech import spoil

    generator = np.random.default_rng(training.seed)
    spectrum, standardise = LogMelSpectrum(), Standardise()
    spectra, digits = [], []
    for utterance in utterances:
        for _ in range(training.copies):
            samples = spoil(utterance.samples, generator)
            with torch.no_grad():
                frames = standardise(spectrum(torch.from_numpy(samples[None])))[0].numpy()
            # More words than frames cannot be learnt; longer ones than a sign-in's are rare.
            if 60 <= len(frames) <= FRAMES:
                spectra.append(frames.astype(np.float16))
                digits.append(utterance.digits)
    return spectra, digits


def fit(listener, spectra: list[np.ndarray], digits: list[str], training: DigitTraining) -> None:
    import torch

    from visavox_training.digit_recogniser import BLANK

    generator = np.random.default_rng(training.seed)
    parameters = [variable.value for variable in listener.trainable_variables]
    optimiser = torch.optim.AdamW(parameters, lr=training.rate, weight_decay=1e-3)
    steps = training.epochs * (len(spectra) // training.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, training.rate, total_steps=steps + 1, pct_start=0.15)
    for epoch in range(training.epochs):
        started, total = time.monotonic(), 0.0
        order = _by_length(spectra, training.batch, generator)
        for chosen in order:
            batch, lengths = _batch([spectra[index] for index in chosen], generator)
            targets = [digits[index] for index in chosen]
            log_probabilities = listener(torch.from_numpy(batch), training=True).transpose(0, 1)
            loss = torch.nn.functional.ctc_loss(
                log_probabilities,
                torch.tensor([int(digit) for text in targets for digit in text], dtype=torch.long),
                torch.from_numpy((lengths + 1) // 2),
                torch.tensor([len(text) for text in targets]),
                blank=BLANK,
                zero_infinity=True,
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 5.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        _log(f"epoch {epoch + 1}: loss {total / max(1, len(order)):.3f} ({time.monotonic() - started:.0f} s)")


def _by_length(spectra: list[np.ndarray], size: int, generator: np.random.Generator) -> list[list[int]]:
    """Batches of about equally long recordings, in random order."""
    lengths = np.array([len(one) for one in spectra]) + generator.normal(0, 15, len(spectra))
    order = np.argsort(lengths)
    batches = [order[at : at + size].tolist() for at in range(0, len(order) - size + 1, size)]
    generator.shuffle(batches)
    return batches or [order.tolist()]


def _batch(spectra: list[np.ndarray], generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(one) for one in spectra])
    batch = np.zeros((len(spectra), int(lengths.max()), spectra[0].shape[1]), np.float32)
    for row, spectrum in enumerate(spectra):
        warped = _warp(spectrum.astype(np.float32), generator)
        batch[row] = warped.min()
        batch[row, : len(warped)] = warped
        for _ in range(2):
            low = int(generator.integers(0, warped.shape[1] - 6))
            batch[row, :, low : low + int(generator.integers(0, 6))] = 0
            start = int(generator.integers(0, max(1, len(warped) - 8)))
            batch[row, start : start + int(generator.integers(0, 8))] = 0
    return batch, lengths


def _warp(spectrum: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Another length of the vocal tract: bands stretched or squeezed."""
    bands = spectrum.shape[1]
    at = np.clip(np.arange(bands) * generator.uniform(0.88, 1.14), 0, bands - 1)
    low = np.minimum(at.astype(int), bands - 2)
    share = (at - low).astype(np.float32)
    return spectrum[:, low] * (1 - share) + spectrum[:, low + 1] * share


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
