"""Fits the voice network to recordings, and decides whether what came out is kept."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from visavox_training.fine_tuning.callbacks import Judgement
from visavox_training.fine_tuning.checkpoint import Checkpoint, Progress
from visavox_training.fine_tuning.dataset import DegradedSpeech, Speech, varied_pieces
from visavox_training.fine_tuning.held_out import HeldOutFigures, HeldOutPeople, embed
from visavox_training.fine_tuning.kept_fit import kept_fit, warmed_up
from visavox_training.fine_tuning.losses import TeacherContrast
from visavox_training.fine_tuning.model import VoiceFineTuning
from visavox_training.fine_tuning.recordings import Recordings
from visavox_training.fine_tuning.weights import assign, values_of


@dataclass(frozen=True)
class FineTuningConfig:
    """How the network is fine-tuned.

    Attributes:
        epochs: at most.
        steps: batches in an epoch.
        patience: epochs without a new best on people not learned from.
        batch: crops in a batch.
        seconds: length of a crop.
        piece: seconds of a recording that the teacher hears, and crops are taken from.
        pieces: that are made of all recordings.
        judged: recordings of people that are not learned from, at most.
        judged_seconds: length of the crops of these.
        learning_rate: highest, relative to the root mean square of each weight; rises over `warmup` of all steps and
            falls along a cosine.
        warmup: share of the steps.
        clip: largest root mean square of an update before the rate, of each weight.
        clear: share of a batch that stays clear.
        contrast: weight of the loss that holds recordings against each other.
        averaging: momentum of the mean of all weights that a fit goes through; this mean is judged and kept.
        share: of the way from the weights that were started from to this mean that is gone. On people and languages
            that are not learned from, half of the way lost nothing and gained most of what all of it did (Wortsman et
            al., 2022, https://arxiv.org/abs/2109.01903).
        clear_loss: by how much clear recordings may be told apart worse: a share of the bits of min Cllr that degraded
            ones gain. A few people are judged on here; the whole recogniser is judged on clear recordings later.
        least_gain: share of the min Cllr of degraded recordings that has to be gained.
    """

    epochs: int = 3
    steps: int = 20
    patience: int = 2
    batch: int = 16
    seconds: float = 1.5
    piece: float = 3.0
    pieces: int = 480
    judged: int = 64
    judged_seconds: float = 2.0
    learning_rate: float = 5e-3
    warmup: float = 0.1
    clip: float = 1.0
    clear: float = 0.25
    contrast: float = 0.3
    averaging: float = 0.98
    share: float = 0.5
    clear_loss: float = 0.1
    least_gain: float = 0.1


@dataclass(frozen=True)
class Outcome:
    """What came of it. The network holds the trained weights where `kept` is false, those it started from
    otherwise.

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
    adapter: list[np.ndarray] | None = None,
    checkpoint: Path | None = None,
    identity: str = "",
    line: Callable[[str], None] = print,
    log: Callable[[int, Mapping[str, float]], None] = lambda _epoch, _numbers: None,
    callbacks: tuple[keras.callbacks.Callback, ...] = (),
) -> Outcome:
    """Fits in place. The same inputs, seed and threads give the same bits, however often it was killed in between.

    Args:
        backbone: the published network, with layers `filter_bank` and `cam_plus_plus`, as `build_voice_backbone` has
            them: the teacher.
        recordings: 'train' is learned from, 'validation' decides.
        config: how.
        adapter: what an earlier fit learned, in the order of the model's trainable variables: where to start from.
        seed: of every random choice.
        checkpoint: file to go on from and to save to after each epoch.
        identity: of recordings and network; a checkpoint of others is ignored.
        line: takes a line for the terminal.
        log: takes an epoch and its numbers.
        callbacks: of Keras, after the fit's own.
    """
    learned, judged = recordings.of("train"), recordings.of("validation")
    model = VoiceFineTuning(backbone)
    people = HeldOutPeople(judged, seconds=config.judged_seconds, most=config.judged, seed=seed)
    waveforms = varied_pieces(learned, config.pieces, seconds=config.piece, seed=seed)
    speech = Speech(waveforms, embed(model, waveforms))
    if adapter is not None:
        assign(model.trainable_variables, adapter)
    before = values_of(model.trainable_variables)
    start = people.figures(model)
    line(
        f"{len(set(learned.people))} people to learn from, {people.count} not learned from: EER degraded "
        f"{start.degraded_eer:.2%}, clear {start.clear_eer:.2%}"
    )
    data = DegradedSpeech(
        speech,
        steps=config.steps,
        batch=config.batch,
        clear=config.clear,
        seconds=config.seconds,
        seed=seed,
    )
    _compile(model, config, steps=len(data) * config.epochs)
    settings = {**dataclasses.asdict(config), "seed": seed, "recordings and network": identity}
    kept_file = Checkpoint(checkpoint, settings)
    progress = kept_fit(
        model,
        data,
        kept_file,
        epochs=config.epochs,
        measured=lambda progress: Judgement(
            people, start, progress, config.patience, lambda fitted: _kept_of(fitted, before, config.share)
        ),
        described=_judged,
        line=line,
        log=log,
        callbacks=callbacks,
    )
    outcome = _decide(model, people, start, progress, config)
    if outcome.kept:
        assign(model.trainable_variables, before)
    return outcome


def _judged(numbers: Mapping[str, float]) -> str:
    return (
        f"EER degraded {numbers['degraded_eer']:.2%}, clear {numbers['clear_eer']:.2%}, "
        f"min Cllr {numbers['degraded_min_cllr']:.3f} and {numbers['clear_min_cllr']:.3f}"
    )


def _compile(model: VoiceFineTuning, config: FineTuningConfig, steps: int) -> None:
    schedule = warmed_up(config.learning_rate, config.warmup, steps)
    # Relative to each weight: normalisations are multiplied into the convolutions before them, whose weights therefore
    # differ by orders of magnitude. One step for all of them makes the loss explode.
    optimizer = keras.optimizers.Adafactor(
        schedule,
        relative_step=False,
        clip_threshold=config.clip,
        use_ema=True,
        ema_momentum=config.averaging,
    )
    model.compile(optimizer=optimizer, loss=TeacherContrast(weight=config.contrast))


def _decide(
    model: VoiceFineTuning, people: HeldOutPeople, start: HeldOutFigures, progress: Progress, config: FineTuningConfig
) -> Outcome:
    if not progress.best_weights:
        reason = f"the network stays: {progress.stopped or 'no epoch was completed'}"
        return Outcome(True, reason, start, start, progress)
    assign(model.trainable_variables, progress.best_weights)
    end = people.figures(model)
    change = (
        f"people not learned from: EER of degraded recordings from {start.degraded_eer:.2%} to {end.degraded_eer:.2%}, "
        f"of clear ones from {start.clear_eer:.2%} to {end.clear_eer:.2%} (epoch {progress.best_epoch})"
    )
    gained = start.degraded_min_cllr - end.degraded_min_cllr
    if gained < start.degraded_min_cllr * config.least_gain:
        return Outcome(True, f"the network stays: too little is gained; {change}", start, end, progress)
    if end.clear_min_cllr > start.clear_min_cllr + gained * config.clear_loss:
        return Outcome(True, f"the network stays: clear recordings suffer; {change}", start, end, progress)
    return Outcome(False, f"a fine-tuned network; {change}", start, end, progress)


def _kept_of(model: VoiceFineTuning, before: list[np.ndarray], share: float) -> list[np.ndarray]:
    """Between the weights that were started from and the mean of those that the fit went through."""
    means = values_of(model.optimizer._model_variables_moving_average)
    return [start + np.float32(share) * (mean - start) for start, mean in zip(before, means, strict=True)]
