"""Fits a listener to spoken digits."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras

from visavox_training.digit_speech import Utterance
from visavox_training.digit_training.dataset import SpokenDigits
from visavox_training.digit_training.hearing import Ear, Errors
from visavox_training.digit_training.losses import TranscriptionLoss
from visavox_training.fine_tuning.checkpoint import Checkpoint, Progress
from visavox_training.fine_tuning.kept_fit import kept_fit, warmed_up
from visavox_training.fine_tuning.watched import WatchedModel


@dataclass(frozen=True)
class DigitTrainingConfig:
    """How a listener is trained.

    Attributes:
        epochs: of all recordings.
        copies: spoilt versions of each recording.
        batch: recordings in a batch.
        learning_rate: highest; rises over `warmup` of all steps and falls along a cosine.
        warmup: share of the steps.
        decay: of the weights, by AdamW.
        clip: longest gradient of all weights together.
    """

    epochs: int = 14
    copies: int = 1
    batch: int = 32
    learning_rate: float = 2e-3
    warmup: float = 0.15
    decay: float = 1e-3
    clip: float = 5.0


def fit(
    listener: keras.Model,
    data: SpokenDigits,
    judged: list[Utterance],
    config: DigitTrainingConfig,
    *,
    seed: int,
    checkpoint: Path | None = None,
    identity: str = "",
    line: Callable[[str], None] = print,
    log: Callable[[int, Mapping[str, float]], None] = lambda _epoch, _numbers: None,
    callbacks: tuple[keras.callbacks.Callback, ...] = (),
) -> Progress:
    """Fits in place. The same data, seed and threads give the same bits, however often it was killed in between.

    Args:
        listener: as `build_listener` gives it.
        data: what is learned from.
        judged: recordings of people who are not learned from, to watch.
        config: how.
        seed: of every random choice.
        checkpoint: file to go on from and to save to after each epoch.
        identity: of the data; a checkpoint of other data is ignored.
        line: takes a line for the terminal.
        log: takes an epoch and its numbers.
        callbacks: of Keras, after the fit's own.
    """
    keras.utils.set_random_seed(seed)
    model = ListenerFitting(listener)
    _compile(model, config, steps=len(data) * config.epochs)
    settings = {**dataclasses.asdict(config), "seed": seed, "recordings": identity}
    # Normalisations and dropout go on from where they were too.
    kept_file = Checkpoint(checkpoint, settings, lambda model: model.variables)
    return kept_fit(
        model,
        data,
        kept_file,
        epochs=config.epochs,
        measured=lambda progress: Listening(listener, judged, progress),
        described=_judged,
        line=line,
        log=log,
        callbacks=callbacks,
    )


class ListenerFitting(WatchedModel):
    """Shares its layers with the listener that it is given: fitting it changes that one in place."""

    def __init__(self, listener: keras.Model, **kwargs):
        super().__init__(**kwargs)
        self.listener = listener
        self.built = True

    def call(self, spectra, training=False):
        return self.listener(spectra, training=training)


class Listening(keras.callbacks.Callback):
    """Measures after each epoch how many digits of other people are heard wrong, and keeps count of the epochs."""

    def __init__(self, listener: keras.Model, judged: list[Utterance], progress: Progress):
        super().__init__()
        self.ear, self.judged, self.progress = Ear(listener), judged, progress

    def on_epoch_end(self, epoch, logs=None):
        errors = Errors()
        for utterance in self.judged:
            errors = errors.and_heard(utterance.digits, self.ear.hear(utterance.samples))
        if self.judged:
            logs["val_error_rate"] = errors.rate
        self.progress.epochs = epoch + 1
        self.progress.history.append({name: float(value) for name, value in logs.items()})
        if not math.isfinite(logs["loss"]):
            self.progress.stopped = "the loss is not a number any more"


def _judged(numbers: Mapping[str, float]) -> str:
    if "val_error_rate" not in numbers:
        return "nobody"
    return f"{numbers['val_error_rate']:.2%} of the digits wrong"


def _compile(model: keras.Model, config: DigitTrainingConfig, steps: int) -> None:
    schedule = warmed_up(config.learning_rate, config.warmup, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=config.decay, global_clipnorm=config.clip)
    model.compile(optimizer=optimizer, loss=TranscriptionLoss())
