"""Where a fit stands after an epoch, in one file that is whole or not there."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from visavox_training.files import write_bytes
from visavox_training.fine_tuning.weights import assign


@dataclass
class Progress:
    """What an epoch leaves beside the weights.

    Attributes:
        epochs: done so far.
        history: what was measured after each.
        best: of the figure that decides, and the epoch (from 1; 0 is the published network) that it is of.
        best_weights: of the trained layers at that epoch.
        stopped: why no further epoch is wanted, or empty.
    """

    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float = float("inf")
    best_epoch: int = 0
    best_weights: list[np.ndarray] = field(default_factory=list)
    stopped: str = ""


class Checkpoint:
    """Saves and restores what a fit changes in a compiled model, its optimizer and {Progress}.

    Args:
        path: of the .npz file, or None to keep nothing.
        settings: whatever has to be equal for going on to make sense; JSON.
        changed: which variables of the model the fit changes; the trained weights unless said otherwise.
    """

    def __init__(
        self,
        path: Path | None,
        settings: dict[str, Any],
        changed: Callable[[keras.Model], list[Any]] = lambda model: model.trainable_variables,
    ):
        self.path, self.settings, self.changed = path, settings, changed

    def save(self, model: keras.Model, progress: Progress) -> None:
        if self.path is None:
            return
        arrays = {
            **_named("weight", [variable.numpy() for variable in self.changed(model)]),
            **_named("optimizer", [variable.numpy() for variable in model.optimizer.variables]),
            **_named("best", progress.best_weights),
        }
        described = {
            "made_with": self._made_with(model),
            "progress": {name: value for name, value in vars(progress).items() if name != "best_weights"},
        }
        buffer = io.BytesIO()
        np.savez(buffer, described=np.array(json.dumps(described)), **arrays)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(self.path, buffer.getvalue())

    def restore(self, model: keras.Model) -> tuple[Progress, str]:
        """Sets the model to the saved epoch's; returns the progress and a sentence on what was found."""
        if self.path is None or not self.path.exists():
            return Progress(), ""
        try:
            with np.load(self.path, allow_pickle=False) as file:
                described = json.loads(str(file["described"]))
                arrays = {name: file[name] for name in file.files if name != "described"}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            return Progress(), f"the checkpoint {self.path} cannot be read and is ignored: {error}"
        made_with = self._made_with(model)
        if described["made_with"] != made_with:
            other = sorted(name for name in made_with if described["made_with"].get(name) != made_with[name])
            return Progress(), f"the checkpoint {self.path} is ignored: it was made with other {', '.join(other)}"
        model.optimizer.build(model.trainable_variables)
        assign(self.changed(model), _ordered("weight", arrays))
        assign(model.optimizer.variables, _ordered("optimizer", arrays))
        progress = Progress(**described["progress"], best_weights=_ordered("best", arrays))
        return progress, f"going on after epoch {progress.epochs}, as {self.path} has it"

    def remove(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _made_with(self, model: keras.Model) -> dict[str, Any]:
        shapes = [[variable.path, list(variable.shape)] for variable in self.changed(model)]
        architecture = hashlib.sha256(json.dumps(shapes).encode()).hexdigest()
        return {"architecture": architecture, **json.loads(json.dumps(self.settings))}


def checkpoint_file(name: str, identity: str, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where a step keeps the checkpoint of a fit to data of this identity; None where nothing is kept."""
    folder = environment.get("VISAVOX_CHECKPOINTS")
    if not folder:
        return None
    return Path(folder) / f"{name}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.npz"


def _named(kind: str, values: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{kind}_{at}": value for at, value in enumerate(values)}


def _ordered(kind: str, arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    count = sum(name.startswith(f"{kind}_") for name in arrays)
    return [arrays[f"{kind}_{at}"] for at in range(count)]
