"""Adapts a head to the people of a deployment, in closed form, and proves it on people it did not learn from.

python -m visavox_training.train_head --modality face --features features.safetensors \\
    --champion-head champion.onnx --champion-weights champion.safetensors --out-onnx head.onnx \\
    --out-weights head.safetensors --out-crossfit crossfit.safetensors --metrics metrics.json --seed 1 --threads 1
"""

import argparse
import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visavox_training import runtime
from visavox_training.adaptation import Adaptation, Population
from visavox_training.cross_fitting import CrossFit, cross_fit
from visavox_training.feature_table import FeatureTable, InputError, read_feature_table, write_feature_table
from visavox_training.files import write_bytes, write_json
from visavox_training.head import HeadWeights, build_head, head_to_onnx, head_to_safetensors, read_head
from visavox_training.tracking import Tracker
from visavox_training.verification import Verification, verification_of

FEWEST_PEOPLE = 8


@dataclass(frozen=True)
class HeadConfig:
    """When a head is adapted.

    Attributes:
        least_share_of_halves: in so many random halves of the people adapting has to help.
    """

    least_share_of_halves: float = 0.65


@dataclass(frozen=True)
class Outcome:
    """What came of it; `weights` is None where the champion's head stays, `copies` says how templates are made."""

    weights: HeadWeights | None
    reason: str
    fit: CrossFit | None = None
    copies: bool = False


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    try:
        run(options, HeadConfig())
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m visavox_training.train_head", description=__doc__.splitlines()[0])
    parser.add_argument("--modality", choices=("face", "voice"), required=True, help="prefix of the tracked metrics")
    parser.add_argument("--features", type=Path, required=True, help="safetensors: features [n, d], metadata items")
    parser.add_argument("--champion-head", type=Path, required=True, help="ONNX head that serves")
    parser.add_argument(
        "--champion-weights", type=Path, help="its weights as safetensors, or as ONNX in bundles of earlier versions"
    )
    parser.add_argument("--out-onnx", type=Path, required=True, help="the new head, or the champion's if it stays")
    parser.add_argument(
        "--out-crossfit",
        type=Path,
        required=True,
        help="embeddings of those who may be trained on, each under a head that did not learn from the person's fold, "
        "with the copies that templates are made of too",
    )
    parser.add_argument("--out-weights", type=Path, help="its weights as safetensors: kernel [d, d], bias [d]")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON report: kept, reason, figures")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice")
    parser.add_argument("--threads", type=int, default=1, help="bits are reproduced for the same number")
    options = parser.parse_args(arguments)
    if options.threads < 1:
        parser.error("--threads has to be at least 1")
    return options


def run(options: argparse.Namespace, config: HeadConfig) -> None:
    """Reads, adapts, writes. All outputs depend on the inputs, the seed and the number of threads alone."""
    runtime.limit_threads(options.threads)
    table = read_feature_table(options.features)
    champion = _read_champion(options.champion_weights or options.champion_head, table)
    people = table.people_of("train", "validation")
    training = table.of(people)
    _progress(f"{options.modality}: {len(people)} people to learn from")
    if len(people) < FEWEST_PEOPLE:
        reason = (
            f"the champion's head stays: {len(people)} people with two recordings or more to learn from, "
            f"{FEWEST_PEOPLE} are needed"
        )
        outcome = Outcome(weights=None, reason=reason)
    else:
        runtime.configure(options.seed, options.threads)
        outcome = adapt(training, champion, config, options.seed, apart=options.modality == "voice")
    _progress(f"{options.modality}: {outcome.reason}")
    _write_outputs(options, champion, training, outcome)
    report = _report(options, config, training, champion, outcome)
    write_json(options.metrics, report)
    if outcome.fit is not None:
        # Only now: its thread imports MLflow, which must not meet Keras' imports of the same packages.
        tracker = Tracker(f"{options.modality}/", os.environ)
        tracker.log(0, _figures("champion", outcome.fit.champion))
        tracker.log(0, _figures("trained", outcome.fit.adapted))
        if report["backward"] is not None:
            tracker.log(0, {f"backward_{name}": value for name, value in report["backward"].items()})
        tracker.close()


def adapt(table: FeatureTable, champion: HeadWeights, config: HeadConfig, seed: int, *, apart: bool = False) -> Outcome:
    """The head that the folds chose, fitted on all people of the table, and whether templates have copies.

    `apart`: what came in clear is compared with the recordings alone (`comparesApart` in TypeScript).
    """
    fit = cross_fit(table, champion, seed, _progress, apart)
    kept = dataclasses.replace(fit, chosen=None, copies=False, embeddings=champion.apply(table.features))
    if fit.chosen is None and not fit.copies:
        return Outcome(None, "the champion's head stays: no other told people apart better that it had not seen", kept)
    change = (
        f"min Cllr on people of other folds from {fit.champion.min_cllr:.4f} to {fit.adapted.min_cllr:.4f}, "
        f"EER from {fit.champion.eer:.2%} to {fit.adapted.eer:.2%}"
    )
    if fit.share_of_halves < config.least_share_of_halves:
        reason = (
            f"the champion's head stays: another one changes {change}, and helps in {fit.share_of_halves:.0%} of halves"
        )
        return Outcome(None, reason, kept)
    copies = "with copies in templates" if fit.copies else "without copies in templates"
    if fit.chosen is None:
        return Outcome(None, f"the champion's head stays, {copies}: they bring {change}", fit, fit.copies)
    population = Population(table.features, table.people, table.copies)
    reason = f"a new head brings {change} ({_words(fit.chosen)}, {copies})"
    return Outcome(population.head(fit.chosen), reason, fit, fit.copies)


def _words(adaptation: Adaptation) -> str:
    return ", ".join(f"{name} {value}" for name, value in dataclasses.asdict(adaptation).items())


def backward(table: FeatureTable, champion: HeadWeights, weights: HeadWeights | None) -> dict[str, float] | None:
    """Whether the champion's templates could serve on under the new head (Shen et al., arXiv 2003.11942).

    Each recording under the new head against means of the person's others under the champion's, beside what both do
    with templates of their own. People are those learned from: a bound from above.
    """
    if weights is None:
        return None
    recordings = table.recordings()
    old, new = champion.apply(recordings.features), weights.apply(recordings.features)
    return {
        "old_templates_old_probes_eer": _cross_eer(old, old, recordings.people),
        "old_templates_new_probes_eer": _cross_eer(old, new, recordings.people),
        "new_templates_new_probes_eer": _cross_eer(new, new, recordings.people),
    }


def _cross_eer(templates: np.ndarray, probes: np.ndarray, people: np.ndarray) -> float:
    from visavox_training.head import unit

    names, index = np.unique(people, return_inverse=True)
    some = index < 200
    sums = np.zeros((len(names), templates.shape[1]))
    np.add.at(sums, index, templates)
    genuine = np.sum(probes[some] * unit(sums[index[some]] - templates[some]), axis=1)
    cosines = probes[some] @ unit(sums).T
    return verification_of(genuine, cosines[np.arange(len(names))[None, :] != index[some][:, None]]).eer


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


def _write_outputs(options: argparse.Namespace, champion: HeadWeights, table: FeatureTable, outcome: Outcome) -> None:
    for path in (options.out_onnx, options.metrics, options.out_weights, options.out_crossfit):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    if outcome.weights is None:
        write_bytes(options.out_onnx, options.champion_head.read_bytes())
    else:
        write_bytes(options.out_onnx, head_to_onnx(build_head(outcome.weights)))
    _write_crossfit(options.out_crossfit, champion, table, outcome)
    if options.out_weights is not None:
        write_bytes(options.out_weights, head_to_safetensors(outcome.weights or champion))


def _write_crossfit(path: Path, champion: HeadWeights, table: FeatureTable, outcome: Outcome) -> None:
    """With the copies that enrol, where templates have them, and no other; then of those people alone who have them."""
    fit = outcome.fit
    chosen = ~table.copies
    if outcome.copies:
        chosen = (chosen | table.enrols) & np.isin(table.people, table.people[table.copies])
    embeddings = champion.apply(table.features) if fit is None else fit.embeddings
    folds = np.zeros(len(chosen), int) if fit is None or fit.chosen is None else fit.folds
    items = [{**table.items[row], "fold": int(folds[row])} for row in np.flatnonzero(chosen)]
    write_feature_table(path, embeddings[chosen].reshape(-1, table.dimension), items)


def _report(
    options: argparse.Namespace, config: HeadConfig, table: FeatureTable, champion: HeadWeights, outcome: Outcome
) -> dict[str, Any]:
    fit = outcome.fit
    return {
        "modality": options.modality,
        "kept": outcome.weights is None,
        "reason": outcome.reason,
        "people": len(set(table.people)),
        "recordings": int(np.sum(~table.copies)),
        "copies": int(np.sum(table.copies)),
        "folds": 0 if fit is None else int(fit.folds.max()) + 1,
        "champion": fit and _camel(fit.champion),
        "trained": fit and _camel(fit.adapted),
        "copiesInTemplates": outcome.copies,
        "adaptation": fit and fit.chosen and dataclasses.asdict(fit.chosen),
        "backward": backward(table, champion, outcome.weights),
        "seed": options.seed,
        "threads": options.threads,
        "configuration": dataclasses.asdict(config),
    }


def _camel(figures: Verification) -> dict[str, float]:
    return {"eer": figures.eer, "minCllr": figures.min_cllr}


def _figures(name: str, figures: Verification) -> dict[str, float]:
    return {f"{name}_eer": figures.eer, f"{name}_min_cllr": figures.min_cllr}


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
