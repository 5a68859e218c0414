"""Fits the voice network to recordings, and decides whether what came out is kept."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from visavox_training.fine_tuning.callbacks import Curves, Epochs, Judgement, SaveCheckpoint
from visavox_training.fine_tuning.checkpoint import Checkpoint, Progress
from visavox_training.fine_tuning.dataset import DegradedRecordings
from visavox_training.fine_tuning.held_out import HeldOutFigures, HeldOutPeople, embed
from visavox_training.fine_tuning.losses import TeacherContrast
from visavox_training.fine_tuning.model import VoiceFineTuning
from visavox_training.fine_tuning.recordings import Recordings


@dataclass(frozen=True)
class FineTuningConfig:
    """How the network is fine-tuned.

    Attributes:
        part: of the network that is trained, a key of `model.PARTS`.
        epochs: at most.
        patience: epochs without a new best on people not learned from.
        batch: recordings in a batch.
        seconds: length of a crop.
        learning_rate: highest, relative to the root mean square of each weight; rises over `warmup` of all steps and
            falls along a cosine.
        warmup: share of the steps.
        clip: largest root mean square of an update before the rate, of each weight.
        clear: share of a batch that stays clear.
        contrast: weight of the loss that holds recordings against each other.
        clear_loss: bits of min Cllr by which clear recordings may be told apart worse.
        least_gain: share of the min Cllr of degraded recordings that has to be gained.
    """

    part: str = "all"
    epochs: int = 6
    patience: int = 2
    batch: int = 16
    seconds: float = 2.0
    learning_rate: float = 1e-3
    warmup: float = 0.1
    clip: float = 1.0
    clear: float = 0.25
    contrast: float = 0.3
    clear_loss: float = 0.01
    least_gain: float = 0.1


@dataclass(frozen=True)
class Outcome:
    """What came of it. The network holds the trained weights where `kept` is false, the published ones otherwise.

    Attributes:
        kept: whether the network stays as it was.
        reason: a sentence.
        start, end: figures of people not learned from, before and after.
        progress: of the fit.
    """

    kept: bool
    reason: str
    start: HeldOutFigures
    end: HeldOutFigures
    progress: Progress


def fine_tune(
    backbone: keras.Model,
    recordings: Recordings,
    config: FineTuningConfig,
    *,
    seed: int,
    checkpoint: Path | None = None,
    identity: str = "",
    line: Callable[[str], None] = print,
    log: Callable[[int, Mapping[str, float]], None] = lambda _epoch, _numbers: None,
    callbacks: tuple[keras.callbacks.Callback, ...] = (),
) -> Outcome:
    """Fits in place. The same inputs, seed and threads give the same bits, however often it was killed in between.

    Args:
        backbone: with layers `filter_bank` and `cam_plus_plus`, as `build_voice_backbone` has them.
        recordings: 'train' is learned from, 'validation' decides.
        config: how.
        seed: of every random choice.
        checkpoint: file to go on from and to save to after each epoch.
        identity: of recordings and network; a checkpoint of others is ignored.
        line: takes a line for the terminal.
        log: takes an epoch and its numbers.
        callbacks: of Keras, after the fit's own.
    """
    learned, judged = recordings.of("train"), recordings.of("validation")
    model = VoiceFineTuning(backbone, config.part)
    published = [np.array(variable.numpy()) for variable in model.trainable_variables]
    people = HeldOutPeople(judged, seconds=config.seconds, seed=seed)
    start = people.figures(model)
    line(
        f"{len(set(learned.people))} people to learn from, {people.count} not learned from: EER degraded "
        f"{start.degraded_eer:.2%}, clear {start.clear_eer:.2%}"
    )
    teachers = np.concatenate([embed(model, waveform[None]) for waveform in learned.waveforms])
    data = DegradedRecordings(
        learned.waveforms, teachers, batch=config.batch, clear=config.clear, seconds=config.seconds, seed=seed
    )
    _compile(model, config, steps=len(data) * config.epochs)
    settings = {**dataclasses.asdict(config), "seed": seed, "recordings and network": identity}
    kept_file = Checkpoint(checkpoint, settings)
    progress, found = kept_file.restore(model)
    if found:
        line(found)
    if not progress.stopped and progress.epochs < config.epochs:
        model.fit(
            data,
            epochs=config.epochs,
            initial_epoch=progress.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[
                keras.callbacks.TerminateOnNaN(),
                Epochs(data),
                Judgement(people, start, progress, config.patience),
                Curves(config.epochs, _judged, line, log),
                SaveCheckpoint(kept_file, progress),
                *callbacks,
            ],
        )
    outcome = _decide(model, people, start, progress, config)
    if outcome.kept:
        _set(model, published)
    return outcome


def _judged(numbers: Mapping[str, float]) -> str:
    return (
        f"EER degraded {numbers['degraded_eer']:.2%}, clear {numbers['clear_eer']:.2%}, "
        f"min Cllr {numbers['degraded_min_cllr']:.3f} and {numbers['clear_min_cllr']:.3f}"
    )


def _compile(model: VoiceFineTuning, config: FineTuningConfig, steps: int) -> None:
    warmup = max(1, round(steps * config.warmup))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warmup), warmup_target=config.learning_rate, warmup_steps=warmup
    )
    # Relative to each weight: normalisations are multiplied into the convolutions before them, whose weights therefore
    # differ by orders of magnitude. One step for all of them makes the loss explode.
    optimizer = keras.optimizers.Adafactor(schedule, relative_step=False, clip_threshold=config.clip)
    model.compile(optimizer=optimizer, loss=TeacherContrast(weight=config.contrast))


def _decide(
    model: VoiceFineTuning, people: HeldOutPeople, start: HeldOutFigures, progress: Progress, config: FineTuningConfig
) -> Outcome:
    if not progress.best_weights:
        reason = f"the network stays: {progress.stopped or 'no epoch was completed'}"
        return Outcome(True, reason, start, start, progress)
    _set(model, progress.best_weights)
    end = people.figures(model)
    change = (
        f"people not learned from: EER of degraded recordings from {start.degraded_eer:.2%} to {end.degraded_eer:.2%}, "
        f"of clear ones from {start.clear_eer:.2%} to {end.clear_eer:.2%} (epoch {progress.best_epoch})"
    )
    if end.degraded_min_cllr > start.degraded_min_cllr * (1 - config.least_gain):
        return Outcome(True, f"the network stays: too little is gained; {change}", start, end, progress)
    if end.clear_min_cllr > start.clear_min_cllr + config.clear_loss:
        return Outcome(True, f"the network stays: clear recordings suffer; {change}", start, end, progress)
    return Outcome(False, f"a fine-tuned network; {change}", start, end, progress)


def _set(model: VoiceFineTuning, weights: list[np.ndarray]) -> None:
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)
