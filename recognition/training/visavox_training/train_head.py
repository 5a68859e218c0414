"""Trains a linear head on features of a population, starting from the champion's.

python -m visavox_training.train_head --modality face --features features.safetensors \\
    --champion-head champion.onnx --out-onnx head.onnx --metrics metrics.json --seed 1 --threads 1
"""

import argparse
import dataclasses
import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visavox_training import runtime
from visavox_training.feature_table import FeatureTable, InputError, read_feature_table
from visavox_training.files import write_bytes, write_json
from visavox_training.head import HeadWeights, build_head, head_to_onnx, read_head, weights_of
from visavox_training.tracking import Tracker
from visavox_training.verification import Verification, share_of_halves_improved, verify

FEWEST_TRAINING_PEOPLE = 4
FEWEST_VALIDATION_PEOPLE = 4


@dataclass(frozen=True)
class HeadConfig:
    """How a head is trained.

    The values are the most careful of those that helped at all. Measured on splits that they were not chosen on (of the
    same people, though): voices of 35 people, 21 of them trained on, gained 2 % of min Cllr on the unseen ones, and no
    split lost; faces in press photographs, 60 or 180 people trained on, neither gained nor lost.

    Attributes:
        epochs: at most so many passes; an epoch shows every training person once.
        learning_rate: of Adam.
        scale, margin: of the prototype loss.
        shrinkage: pull towards the champion's head, divided by the number of training people.
        people_per_step, recordings_per_person: size of a batch.
        evaluate_every: epochs between looks at the validation people.
        patience: looks without improvement after which training stops.
        least_share_of_halves: in so many random halves of the validation people a new head has to be better.
    """

    epochs: int = 200
    learning_rate: float = 3e-4
    scale: float = 20.0
    margin: float = 0.1
    shrinkage: float = 200.0
    people_per_step: int = 128
    recordings_per_person: int = 8
    evaluate_every: int = 4
    patience: int = 8
    least_share_of_halves: float = 0.65


@dataclass(frozen=True)
class Outcome:
    """What came of a training; `weights` is None where the champion's head stays."""

    weights: HeadWeights | None
    reason: str
    champion: Verification | None = None
    trained: Verification | None = None
    best_epoch: int | None = None
    epochs: int = 0


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    try:
        run(options, HeadConfig(epochs=options.epochs))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.train_head", description=__doc__.splitlines()[0])
    parser.add_argument("--modality", choices=("face", "voice"), required=True, help="prefix of the tracked metrics")
    parser.add_argument("--features", type=Path, required=True, help="safetensors: features [n, d], metadata items")
    parser.add_argument("--champion-head", type=Path, required=True, help="ONNX head to start from")
    parser.add_argument("--out-onnx", type=Path, required=True, help="the new head, or the champion's if it stays")
    parser.add_argument("--out-weights", type=Path, help="the same as safetensors: kernel [d, d], bias [d]")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON report: kept, reason, figures")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice")
    parser.add_argument("--threads", type=int, default=1, help="bits are reproduced for the same number")
    parser.add_argument("--epochs", type=int, default=HeadConfig.epochs, help="the most epochs")
    options = parser.parse_args(arguments)
    for name in ("threads", "epochs"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} has to be at least 1")
    return options


def run(options: argparse.Namespace, config: HeadConfig) -> None:
    """Reads, trains, writes. All outputs depend on the inputs, the seed and the number of threads alone."""
    table = read_feature_table(options.features)
    champion = _read_champion(options.champion_head, table)
    training, validation = split_people(table)
    _progress(f"{options.modality}: {len(training)} people to train on, {len(validation)} to choose by")
    reason = reason_to_keep(training, validation)
    if reason is None:
        runtime.configure(options.seed, options.threads)
        # Only now: its thread imports MLflow, which must not meet Keras' imports of the same packages.
        tracker = Tracker(f"{options.modality}/", os.environ)
        outcome = train(table.of(training), table.of(validation), champion, config, options.seed, tracker)
        tracker.close()
    else:
        outcome = Outcome(weights=None, reason=reason)
    _progress(f"{options.modality}: {outcome.reason}")
    _write_outputs(options, champion, outcome)
    write_json(options.metrics, _report(options, config, table, training, validation, outcome))


def split_people(table: FeatureTable) -> tuple[list[str], list[str]]:
    """People to train on and people to choose by; the latter are never trained on.

    In a small population the validation people alone are too few to choose by: then some training people, chosen by a
    hash of their ids, join them.
    """
    training, validation = table.people_of("train"), table.people_of("validation")
    if len(validation) < FEWEST_VALIDATION_PEOPLE:
        by_hash = sorted(training, key=lambda person: hashlib.sha256(f"held out:{person}".encode()).digest())
        missing = max(FEWEST_VALIDATION_PEOPLE, len(training) // 5) - len(validation)
        validation = sorted([*validation, *by_hash[:missing]])
        training = [person for person in training if person not in validation]
    return training, validation


def reason_to_keep(training: list[str], validation: list[str]) -> str | None:
    """Why there is nothing to train on, or None."""
    if len(training) < FEWEST_TRAINING_PEOPLE:
        return (
            f"the champion's head stays: {len(training)} people with two recordings or more to train on, "
            f"{FEWEST_TRAINING_PEOPLE} are needed"
        )
    if len(validation) < FEWEST_VALIDATION_PEOPLE:
        return (
            f"the champion's head stays: {len(validation)} people with two recordings or more to choose by, "
            f"{FEWEST_VALIDATION_PEOPLE} are needed"
        )
    return None


def train(
    training: FeatureTable,
    validation: FeatureTable,
    champion: HeadWeights,
    config: HeadConfig,
    seed: int,
    tracker: Tracker,
) -> Outcome:
    """Trains until the validation people are told apart no better; needs `runtime.configure` before."""
    import keras

    from visavox_training.losses import TowardsChampion, prototype_loss

    batches = Batches(training, config, seed)
    head = build_head(champion, lambda values: TowardsChampion(values, config.shrinkage / batches.people))
    optimizer = keras.optimizers.Adam(config.learning_rate)
    optimizer.build(head.trainable_variables)

    start = verify(champion.apply(validation.features), validation.people)
    best, best_weights, best_epoch, epoch = start, None, 0, 0
    tracker.log(0, _figures(start))
    for epoch in range(1, config.epochs + 1):
        losses = [_step(head, optimizer, prototype_loss, batch, config) for batch in batches.epoch()]
        tracker.log(epoch, {"train_loss": float(np.mean(losses))})
        if epoch % config.evaluate_every:
            continue
        weights = weights_of(head)
        now = verify(weights.apply(validation.features), validation.people)
        tracker.log(epoch, _figures(now))
        _progress(
            f"epoch {epoch}/{config.epochs}: loss {np.mean(losses):.4f}, "
            f"validation EER {now.eer:.2%}, min Cllr {now.min_cllr:.4f} (champion {start.min_cllr:.4f})"
        )
        if now.min_cllr < best.min_cllr:
            best, best_weights, best_epoch = now, weights, epoch
        elif epoch - best_epoch >= config.patience * config.evaluate_every:
            break
    outcome = Outcome(None, "", champion=start, trained=best, best_epoch=best_epoch, epochs=epoch)
    if best_weights is None or best.eer > start.eer:
        reason = "the champion's head stays: no other told the validation people apart better"
        return dataclasses.replace(outcome, reason=reason)
    share = share_of_halves_improved(
        champion.apply(validation.features), best_weights.apply(validation.features), validation.people, seed
    )
    change = f"min Cllr on the validation people from {start.min_cllr:.4f} to {best.min_cllr:.4f}"
    if share < config.least_share_of_halves:
        reason = f"the champion's head stays: another one lowered {change}, but in {share:.0%} of their halves only"
        return dataclasses.replace(outcome, reason=reason)
    return dataclasses.replace(outcome, weights=best_weights, reason=f"a new head lowers {change}")


class Batches:
    """Draws batches in which every person has between two and `recordings_per_person` recordings."""

    def __init__(self, table: FeatureTable, config: HeadConfig, seed: int):
        self._features = table.features
        self._config = config
        self._generator = np.random.default_rng(seed)
        names = np.unique(table.people)
        self._rows = [np.flatnonzero(table.people == name) for name in names]

    @property
    def people(self) -> int:
        return len(self._rows)

    def epoch(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Every person once: [(features [n, d], membership [n, people])]."""
        order = self._generator.permutation(len(self._rows))
        count = max(1, round(len(order) / self._config.people_per_step))
        return [self._batch(people) for people in np.array_split(order, count)]

    def _batch(self, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        most = self._config.recordings_per_person
        rows = [self._generator.permutation(self._rows[person])[:most] for person in people]
        membership = np.repeat(np.eye(len(people), dtype=np.float32), [len(some) for some in rows], axis=0)
        return self._features[np.concatenate(rows)], membership


def _step(head: Any, optimizer: Any, loss: Any, batch: tuple[np.ndarray, np.ndarray], config: HeadConfig) -> float:
    import torch

    features, membership = (torch.from_numpy(array) for array in batch)
    data_loss = loss(head(features, training=True), membership, scale=config.scale, margin=config.margin)
    head.zero_grad()
    (data_loss + sum(head.losses)).backward()
    with torch.no_grad():
        optimizer.apply([variable.value.grad for variable in head.trainable_variables])
    return float(data_loss.detach())


def _read_champion(path: Path, table: FeatureTable) -> HeadWeights:
    try:
        champion = read_head(path)
    except ValueError as error:
        raise InputError(str(error)) from error
    if champion.dimension != table.dimension:
        raise InputError(
            f"The champion's head does not fit the features. Expected {champion.dimension} dimensions. "
            f"Received: {table.dimension}"
        )
    return champion


def _write_outputs(options: argparse.Namespace, champion: HeadWeights, outcome: Outcome) -> None:
    for path in (options.out_onnx, options.metrics, options.out_weights):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    if outcome.weights is None:
        write_bytes(options.out_onnx, options.champion_head.read_bytes())
    else:
        write_bytes(options.out_onnx, head_to_onnx(build_head(outcome.weights)))
    if options.out_weights is not None:
        from safetensors.numpy import save

        weights = outcome.weights or champion
        write_bytes(options.out_weights, save({"kernel": weights.kernel, "bias": weights.bias}))


def _report(
    options: argparse.Namespace,
    config: HeadConfig,
    table: FeatureTable,
    training: list[str],
    validation: list[str],
    outcome: Outcome,
) -> dict[str, Any]:
    return {
        "modality": options.modality,
        "kept": outcome.weights is None,
        "reason": outcome.reason,
        "people": {"train": len(training), "validation": len(validation)},
        "recordings": {
            "train": len(table.of(training).features),
            "validation": len(table.of(validation).features),
        },
        "champion": outcome.champion and _camel(outcome.champion),
        "trained": outcome.trained and _camel(outcome.trained),
        "bestEpoch": outcome.best_epoch,
        "epochs": outcome.epochs,
        "seed": options.seed,
        "threads": options.threads,
        "configuration": dataclasses.asdict(config),
    }


def _camel(figures: Verification) -> dict[str, float]:
    return {"eer": figures.eer, "minCllr": figures.min_cllr}


def _figures(figures: Verification) -> dict[str, float]:
    return {"validation_eer": figures.eer, "validation_min_cllr": figures.min_cllr}


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
