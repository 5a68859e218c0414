"""A fit that is watched, and goes on after a crash from the epoch that it had reached."""

from collections.abc import Callable, Mapping

import keras

from visavox_training.fine_tuning.callbacks import Curves, Epochs, SaveCheckpoint
from visavox_training.fine_tuning.checkpoint import Checkpoint, Progress


def kept_fit(
    model: keras.Model,
    data: keras.utils.PyDataset,
    checkpoint: Checkpoint,
    *,
    epochs: int,
    measured: Callable[[Progress], keras.callbacks.Callback],
    described: Callable[[Mapping[str, float]], str],
    line: Callable[[str], None],
    log: Callable[[int, Mapping[str, float]], None],
    callbacks: tuple[keras.callbacks.Callback, ...] = (),
) -> Progress:
    """Fits a compiled model in place.

    Args:
        model: what is fitted.
        data: has an `epoch`, which is set before each.
        checkpoint: where to go on from, and to save to after each epoch.
        epochs: at most.
        measured: makes the callback that measures after each epoch and keeps the progress up to date.
        described: says in words what was measured.
        line: takes a line for the terminal.
        log: takes an epoch and its numbers.
        callbacks: of Keras, after the fit's own.
    """
    progress, found = checkpoint.restore(model)
    if found:
        line(found)
    if not progress.stopped and progress.epochs < epochs:
        model.fit(
            data,
            epochs=epochs,
            initial_epoch=progress.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[
                keras.callbacks.TerminateOnNaN(),
                Epochs(data),
                measured(progress),
                Curves(epochs, described, line, log),
                SaveCheckpoint(checkpoint, progress),
                *callbacks,
            ],
        )
    return progress


def without_the_clock(history: list[dict[str, float]]) -> list[dict[str, float]]:
    """What was measured after each epoch, but for how long it took: a run that is reproduced writes the same."""
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in history]


def warmed_up(rate: float, warmup: float, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """A learning rate that rises to `rate` over a share `warmup` of all steps, and falls along a cosine."""
    rising = max(1, round(steps * warmup))
    return keras.optimizers.schedules.CosineDecay(0.0, max(1, steps - rising), warmup_target=rate, warmup_steps=rising)
