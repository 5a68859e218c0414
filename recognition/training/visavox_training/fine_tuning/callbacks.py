"""What happens after each epoch of a fit: judging, stopping, curves and the checkpoint."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Protocol

import keras
import numpy as np

from visavox_training.fine_tuning.checkpoint import Checkpoint, Progress
from visavox_training.fine_tuning.held_out import HeldOutFigures, HeldOutPeople
from visavox_training.fine_tuning.weights import assign, values_of

COLLAPSED = 0.25
"""An embedding whose people are nearer to each other than this share of what they were at the start has collapsed."""


class DrawnByEpoch(Protocol):
    """Data whose batches are drawn from the number of the epoch."""

    epoch: int


class Epochs(keras.callbacks.Callback):
    """Tells the data which epoch it is, and measures what an epoch takes."""

    def __init__(self, data: DrawnByEpoch):
        super().__init__()
        self.data, self.began = data, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.data.epoch = epoch
        self.began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        logs["seconds"] = time.monotonic() - self.began


class Judgement(keras.callbacks.Callback):
    """Measures people who are not learned from, keeps the best epoch's weights, and stops when nothing gets better.

    Args:
        people: who they are.
        start: their figures under the network that was started from.
        progress: is kept up to date.
        patience: epochs without a new best that are waited for.
        judged: makes of the model the weights that are judged and kept, in the order of its trainable variables.
    """

    def __init__(
        self,
        people: HeldOutPeople,
        start: HeldOutFigures,
        progress: Progress,
        patience: int,
        judged: Callable[[keras.Model], list[np.ndarray]],
    ):
        super().__init__()
        self.people, self.start, self.progress, self.patience = people, start, progress, patience
        self.judged = judged

    def on_epoch_end(self, epoch, logs=None):
        weights = self.judged(self.model)
        with _having(self.model, weights):
            figures = self.people.figures(self.model)
        logs.update(asdict(figures))
        progress = self.progress
        progress.epochs = epoch + 1
        progress.history.append({name: float(value) for name, value in logs.items()})
        if not math.isfinite(logs["loss"]) or not all(map(math.isfinite, asdict(figures).values())):
            progress.stopped = "the loss is not a number any more"
        elif 1 - figures.alike < COLLAPSED * (1 - self.start.alike):
            progress.stopped = f"the embedding collapsed: people are alike with a cosine of {figures.alike:.2f}"
        elif figures.degraded_min_cllr < progress.best:
            progress.best, progress.best_epoch = figures.degraded_min_cllr, epoch + 1
            progress.best_weights = weights
        elif epoch + 1 - progress.best_epoch >= self.patience:
            progress.stopped = f"nothing got better for {self.patience} epochs"
        self.model.stop_training = self.model.stop_training or bool(progress.stopped)


@contextmanager
def _having(model: keras.Model, weights: list[np.ndarray]) -> Iterator[None]:
    """Other weights for a while."""
    own = values_of(model.trainable_variables)
    assign(model.trainable_variables, weights)
    try:
        yield
    finally:
        assign(model.trainable_variables, own)


class Curves(keras.callbacks.Callback):
    """One line an epoch, and the same numbers to whatever tracks them.

    Args:
        epochs: that are wanted in all.
        judged: says in words what was measured on what is not learned from.
        line: takes the line.
        log: takes the epoch, from 1, and its numbers.
    """

    def __init__(
        self,
        epochs: int,
        judged: Callable[[Mapping[str, float]], str],
        line: Callable[[str], None],
        log: Callable[[int, Mapping[str, float]], None],
    ):
        super().__init__()
        self.epochs, self.judged, self.line, self.log = epochs, judged, line, log

    def on_epoch_end(self, epoch, logs=None):
        self.log(epoch + 1, logs)
        self.line(
            f"epoch {epoch + 1}/{self.epochs}: loss {logs['loss']:.3f}, rate {logs['learning_rate']:.1e}, gradient "
            f"{logs['gradient_norm']:.1e}; not learned from: {self.judged(logs)} ({logs['seconds']:.0f} s)"
        )


class SaveCheckpoint(keras.callbacks.Callback):
    """Last of the callbacks: what the others did to the progress is in it."""

    def __init__(self, checkpoint: Checkpoint, progress: Progress):
        super().__init__()
        self.checkpoint, self.progress = checkpoint, progress

    def on_epoch_end(self, epoch, logs=None):
        self.checkpoint.save(self.model, self.progress)
