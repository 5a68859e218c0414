"""Training a head from the command line."""

import json
import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from visavox_training.cross_fitting import folds_of
from visavox_training.feature_table import read_feature_table
from visavox_training.head import build_head, head_to_onnx, head_to_safetensors, identity_weights, read_head
from visavox_training.train_head import main
from visavox_training.trials import Comparisons
from visavox_training.verification import verify

DIMENSION = 32
SPLITS = ["train"] * 7 + ["validation", "evaluation", "evaluation"]


def population(
    people: int, *, nuisance: float, scatter: float = 0.8, recordings: int = 6, seed: int = 0
) -> tuple[np.ndarray, list[dict]]:
    """People are points; each recording is off its person, and much more so along three directions."""
    generator = np.random.default_rng(seed)
    directions = np.linalg.qr(generator.normal(size=(DIMENSION, DIMENSION)))[0][:3]
    features, items = [], []
    for person in range(people):
        centre = generator.normal(size=DIMENSION)
        for recording in range(recordings):
            conditions = nuisance * generator.normal(size=3) @ directions
            features.append(centre + scatter * generator.normal(size=DIMENSION) + conditions)
            name = f"{person}-{recording}"
            split = SPLITS[person % len(SPLITS)]
            items.append({"key": name, "person": f"person-{person}", "sample": name, "split": split})
    return np.array(features, np.float32), items


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("champion") / "head.onnx"
    path.write_bytes(head_to_onnx(build_head(identity_weights(DIMENSION))))
    return path


def save_features(folder: Path, features: np.ndarray, items: list[dict]) -> Path:
    path = folder / "features.safetensors"
    save_file({"features": features}, path, {"items": json.dumps(items)})
    return path


def run(features: Path, champion: Path, out: Path, *more: str) -> tuple[int, dict]:
    code = main(
        [
            *("--modality", "voice", "--features", str(features), "--champion-head", str(champion)),
            *("--out-onnx", str(out / "head.onnx"), "--out-weights", str(out / "head.safetensors")),
            *("--out-crossfit", str(out / "crossfit.safetensors")),
            *("--metrics", str(out / "metrics.json"), "--seed", "7", "--threads", "1", *more),
        ]
    )
    metrics = out / "metrics.json"
    return code, json.loads(metrics.read_text()) if metrics.exists() else {}


def test_people_that_were_never_seen_are_told_apart_better(tmp_path: Path, champion: Path) -> None:
    features, items = population(60, nuisance=4.0)
    code, metrics = run(save_features(tmp_path, features, items), champion, tmp_path / "out")

    assert code == 0
    assert metrics["kept"] is False
    assert metrics["trained"]["minCllr"] < metrics["champion"]["minCllr"]
    assert (metrics["people"], metrics["folds"]) == (48, 4)
    unseen = np.array([item["split"] == "evaluation" for item in items])
    people = np.array([item["person"] for item in items])[unseen]
    session = onnxruntime.InferenceSession(tmp_path / "out" / "head.onnx")
    trained = session.run(["embedding"], {"features": features[unseen]})[0]
    np.testing.assert_allclose(np.linalg.norm(trained, axis=1), 1, atol=1e-5)
    before = verify(identity_weights(DIMENSION).apply(features[unseen]), people)
    after = verify(trained, people)
    assert after.eer < 0.75 * before.eer
    assert after.min_cllr < 0.75 * before.min_cllr
    backward = metrics["backward"]
    assert backward["new_templates_new_probes_eer"] < backward["old_templates_old_probes_eer"]


def test_folds_tell_apart_people_that_their_head_did_not_learn_from(tmp_path: Path, champion: Path) -> None:
    features, items = population(60, nuisance=4.0)
    run(save_features(tmp_path, features, items), champion, tmp_path / "out")
    table = read_feature_table(tmp_path / "out" / "crossfit.safetensors")
    assert set(table.splits) == {"train", "validation"}
    final = read_head(tmp_path / "out" / "head.onnx")
    learned = {item["key"]: features[row] for row, item in enumerate(items)}
    same = final.apply(np.array([learned[item["key"]] for item in table.items]))
    assert np.abs(same - table.features).max() > 1e-3, "the head that was released saw them, these did not"
    for fold in range(4):
        rows = np.array([item["fold"] == fold for item in table.items])
        people = table.people[rows]
        plain = identity_weights(DIMENSION).apply(
            np.array([learned[table.items[row]["key"]] for row in np.flatnonzero(rows)])
        )
        assert verify(table.features[rows], people).min_cllr < verify(plain, people).min_cllr


def test_copies_show_what_conditions_do(tmp_path: Path, champion: Path) -> None:
    features, items = population(40, nuisance=2.0)
    generator = np.random.default_rng(3)
    direction = generator.normal(size=DIMENSION)
    direction /= np.linalg.norm(direction)
    copies = features + 6 * generator.normal(size=(len(features), 1)).astype(np.float32) * direction.astype(np.float32)
    copied = [{**item, "key": item["key"] + "~telephone", "copy": True} for item in items]
    path = save_features(tmp_path, np.concatenate([features, copies]).astype(np.float32), [*items, *copied])
    _, metrics = run(path, champion, tmp_path / "out")
    assert metrics["kept"] is False
    assert (metrics["recordings"], metrics["copies"]) == (192, 192)
    kernel = read_head(tmp_path / "out" / "head.onnx").kernel
    others = np.linalg.svd(np.eye(DIMENSION) - np.outer(direction, direction))[0][:, : DIMENSION - 1]
    assert np.linalg.norm(direction @ kernel) < 0.75 * np.linalg.norm(others.T @ kernel, axis=1).mean()
    crossfit = read_feature_table(tmp_path / "out" / "crossfit.safetensors")
    assert not crossfit.copies.any(), "nothing is reported on copies"


def test_templates_have_copies_where_a_condition_moves_everyone_in_a_way_of_his_own(
    tmp_path: Path, champion: Path
) -> None:
    features, items = population(40, nuisance=0.0, scatter=0.5)
    generator = np.random.default_rng(3)
    moves = generator.normal(size=(40, DIMENSION))
    copies = features + np.repeat(moves, 6, axis=0) + 0.8 * generator.normal(size=features.shape)
    both = np.concatenate([features, copies]).astype(np.float32)
    copied = [{**item, "key": item["key"] + "~telephone", "condition": "telephone", "copy": True} for item in items]
    enrolling = [{**item, "enrols": True} for item in copied]

    _, without = run(save_features(tmp_path, both, [*items, *copied]), champion, tmp_path / "without")
    assert without["copiesInTemplates"] is False, "none of them may stand in a template"
    _, metrics = run(save_features(tmp_path, both, [*items, *enrolling]), champion, tmp_path / "out")
    assert metrics["copiesInTemplates"] is True
    assert "with copies in templates" in metrics["reason"]
    crossfit = read_feature_table(tmp_path / "out" / "crossfit.safetensors")
    assert crossfit.enrols.sum() == crossfit.copies.sum() == metrics["recordings"]


def test_only_people_with_copies_say_how_templates_with_copies_do(tmp_path: Path, champion: Path) -> None:
    features, items = population(40, nuisance=0.0, scatter=0.5)
    generator = np.random.default_rng(3)
    moves = generator.normal(size=(40, DIMENSION))
    copies = features + np.repeat(moves, 6, axis=0) + 0.8 * generator.normal(size=features.shape)
    copied = [row for row, item in enumerate(items) if int(item["key"].split("-")[0]) % 2 == 0]
    of_line = {"condition": "mobile", "copy": True, "enrols": True}
    enrolling = [{**items[row], "key": items[row]["key"] + "~mobile", **of_line} for row in copied]
    both = np.concatenate([features, copies[copied]]).astype(np.float32)
    _, metrics = run(save_features(tmp_path, both, [*items, *enrolling]), champion, tmp_path / "out")
    assert metrics["copiesInTemplates"] is True
    assert metrics["people"] == 32, "all are learned from"
    crossfit = read_feature_table(tmp_path / "out" / "crossfit.safetensors")
    assert set(crossfit.people) == {item["person"] for item in enrolling if item["split"] != "evaluation"}


def test_copies_cost_clear_voices_nothing(tmp_path: Path, champion: Path) -> None:
    features, items = population(40, nuisance=0.0, scatter=0.5)
    moves = np.repeat(np.random.default_rng(3).normal(size=(40, DIMENSION)), 6, axis=0)
    of_line = {"condition": "telephone", "copy": True, "enrols": True}
    copied = [{**item, "key": item["key"] + "~telephone", **of_line} for item in items]
    file = save_features(
        tmp_path, np.concatenate([features, features + 3 * moves]).astype(np.float32), [*items, *copied]
    )
    table = read_feature_table(file)
    embeddings = identity_weights(DIMENSION).apply(table.features)
    comparisons = Comparisons(table)
    plain, mixed, apart = (
        comparisons.trials(embeddings, copies, apart) for copies, apart in ((False, True), (True, False), (True, True))
    )
    assert apart.cost_of_recordings() == plain.cost_of_recordings()
    assert mixed.cost_of_recordings() > plain.cost_of_recordings()
    np.testing.assert_array_equal(apart.scores[apart.claims.copies], mixed.scores[mixed.claims.copies])


def test_templates_have_no_copies_where_those_tell_nothing(tmp_path: Path, champion: Path) -> None:
    features, items = population(40, nuisance=4.0)
    noise = 20 * np.random.default_rng(3).normal(size=features.shape)
    of_line = {"condition": "telephone", "copy": True, "enrols": True}
    copied = [{**item, "key": item["key"] + "~telephone", **of_line} for item in items]
    both = np.concatenate([features, noise]).astype(np.float32)
    _, metrics = run(save_features(tmp_path, both, [*items, *copied]), champion, tmp_path / "out")
    assert metrics["copiesInTemplates"] is False
    assert not read_feature_table(tmp_path / "out" / "crossfit.safetensors").copies.any()


def test_one_seed_gives_the_same_bits_twice(tmp_path: Path, champion: Path) -> None:
    features = save_features(tmp_path, *population(40, nuisance=4.0))
    for name in ("once", "again"):
        assert run(features, champion, tmp_path / name)[1]["kept"] is False
    for file in ("head.onnx", "head.safetensors", "metrics.json"):
        assert (tmp_path / "once" / file).read_bytes() == (tmp_path / "again" / file).read_bytes()


def test_a_trained_head_is_the_next_champion(tmp_path: Path, champion: Path) -> None:
    features = save_features(tmp_path, *population(40, nuisance=4.0))
    run(features, champion, tmp_path / "first")
    served, weights = tmp_path / "first" / "head.onnx", tmp_path / "first" / "head.safetensors"
    code, second = run(features, served, tmp_path / "second", "--champion-weights", str(weights))
    first = json.loads((tmp_path / "first" / "metrics.json").read_text())
    assert code == 0
    # The first one's figures are of people that its folds' heads had not seen, the second one's champion has seen them.
    assert second["champion"]["minCllr"] <= first["trained"]["minCllr"]
    # A bundle of an earlier version has the ONNX alone.
    run(features, served, tmp_path / "earlier")
    for file in ("head.onnx", "head.safetensors", "metrics.json"):
        assert (tmp_path / "second" / file).read_bytes() == (tmp_path / "earlier" / file).read_bytes()


def test_what_is_served_and_what_training_goes_on_from_are_the_same_weights(tmp_path: Path, champion: Path) -> None:
    run(save_features(tmp_path, *population(40, nuisance=4.0)), champion, tmp_path / "out")
    served, weights = read_head(tmp_path / "out" / "head.onnx"), read_head(tmp_path / "out" / "head.safetensors")
    np.testing.assert_array_equal(served.kernel, weights.kernel)
    np.testing.assert_array_equal(served.bias, weights.bias)
    with safe_open(tmp_path / "out" / "head.safetensors", "numpy") as file:
        assert file.metadata() == {"format": "visavox-head/1"}
        assert {name: file.get_slice(name).get_shape() for name in file.keys()} == {  # noqa: SIM118
            "kernel": [DIMENSION, DIMENSION],
            "bias": [DIMENSION],
        }


def not_a_number(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {**weights, "kernel": np.full_like(weights["kernel"], np.nan)}


def of_double_precision(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.astype(np.float64) for name, array in weights.items()}


def with_a_bias_of_another_width(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {**weights, "bias": weights["bias"][:-1]}


def without_a_bias(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"kernel": weights["kernel"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (not_a_number, "Expected finite weights. Received: NaN"),
        (of_double_precision, "Received: float64 [32, 32]"),
        (with_a_bias_of_another_width, "Received: float32 [32, 32] and float32 [31]"),
        (without_a_bias, "Received: ['kernel']"),
    ],
)
def test_weights_that_are_no_head_are_refused(tmp_path: Path, change, message: str) -> None:
    weights = identity_weights(DIMENSION)
    changed = change({"kernel": weights.kernel, "bias": weights.bias})
    save_file(changed, tmp_path / "head.safetensors", {"format": "visavox-head/1"})
    with pytest.raises(ValueError, match=re.escape(message)):
        read_head(tmp_path / "head.safetensors")


def test_safetensors_of_something_else_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "head.safetensors"
    weights = identity_weights(DIMENSION)
    save_file({"kernel": weights.kernel, "bias": weights.bias}, file, {"format": "pt"})
    with pytest.raises(ValueError, match=r"in the format visavox-head/1. Received: .* in pt"):
        read_head(file)
    file.write_bytes(head_to_safetensors(weights)[:-4])
    with pytest.raises(ValueError, match="cannot be read"):
        read_head(file)


def test_the_champion_stays_where_nothing_is_better(tmp_path: Path, champion: Path) -> None:
    features, items = population(30, nuisance=0.0)
    features += 3 * np.repeat(np.random.default_rng(5).normal(size=(30, DIMENSION)), 6, axis=0).astype(np.float32)
    code, metrics = run(save_features(tmp_path, features, items), champion, tmp_path / "out")
    assert code == 0
    assert metrics["kept"] is True
    assert "the champion's head stays" in metrics["reason"]
    assert (tmp_path / "out" / "head.onnx").read_bytes() == champion.read_bytes()
    assert (tmp_path / "out" / "head.safetensors").read_bytes() == head_to_safetensors(identity_weights(DIMENSION))


@pytest.mark.parametrize("people", [0, 1, 7])
def test_too_few_people_leave_the_champion(tmp_path: Path, champion: Path, people: int) -> None:
    features, items = population(people, nuisance=1.0)
    features = save_features(tmp_path, features.reshape(-1, DIMENSION), items)
    code, metrics = run(features, champion, tmp_path / "out")
    assert code == 0
    assert metrics["kept"] is True
    assert "8 are needed" in metrics["reason"]
    assert (tmp_path / "out" / "head.onnx").read_bytes() == champion.read_bytes()


def test_people_with_one_recording_are_no_people_to_train_on(tmp_path: Path, champion: Path) -> None:
    features = save_features(tmp_path, *population(40, nuisance=1.0, recordings=1))
    code, metrics = run(features, champion, tmp_path / "out")
    assert (code, metrics["people"], metrics["kept"]) == (0, 0, True)


def bad_split(features: np.ndarray, items: list[dict]) -> tuple[np.ndarray, list[dict]]:
    return features, [{**item, "split": "test"} for item in items]


def missing_person(features: np.ndarray, items: list[dict]) -> tuple[np.ndarray, list[dict]]:
    return features, [{"key": item["key"], "split": "train"} for item in items]


def too_few_items(features: np.ndarray, items: list[dict]) -> tuple[np.ndarray, list[dict]]:
    return features, items[1:]


def not_finite(features: np.ndarray, items: list[dict]) -> tuple[np.ndarray, list[dict]]:
    return np.full_like(features, np.nan), items


def other_dimension(features: np.ndarray, items: list[dict]) -> tuple[np.ndarray, list[dict]]:
    return np.ascontiguousarray(features[:, :8]), items


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (bad_split, "Received: 'test'"),
        (missing_person, "to have a text 'person'"),
        (too_few_items, "one item for each of 24 rows. Received: 23 items"),
        (not_finite, "Received: NaN"),
        (other_dimension, "Expected 32 dimensions. Received: 8"),
    ],
)
def test_bad_input_is_one_clear_line(
    tmp_path: Path, champion: Path, capsys: pytest.CaptureFixture[str], change, message: str
) -> None:
    features = save_features(tmp_path, *change(*population(4, nuisance=1.0)))
    assert run(features, champion, tmp_path / "out") == (2, {})
    error = capsys.readouterr().err.strip()
    assert message in error
    assert len(error.splitlines()) == 1


def test_files_that_are_something_else_are_named(
    tmp_path: Path, champion: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    features = save_features(tmp_path, *population(4, nuisance=1.0))
    text = tmp_path / "notes.txt"
    text.write_text("not a network")
    assert run(tmp_path / "nothing", champion, tmp_path / "out")[0] == 2
    assert run(text, champion, tmp_path / "out")[0] == 2
    assert run(features, text, tmp_path / "out")[0] == 2
    errors = capsys.readouterr().err.strip().splitlines()
    assert ["nothing" in errors[0], "notes.txt" in errors[1], "notes.txt" in errors[2]] == [True, True, True]


def test_tracking_that_is_away_is_no_failure(
    tmp_path: Path, champion: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_RUN_ID", "0123456789abcdef0123456789abcdef")
    features = save_features(tmp_path, *population(40, nuisance=4.0))
    code, metrics = run(features, champion, tmp_path / "out")
    assert (code, metrics["kept"]) == (0, False)
    assert "tracking is away" in capsys.readouterr().err


def test_metrics_reach_mlflow(tmp_path: Path, champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = MlflowClient(uri)
    run_id = client.create_run(client.create_experiment("heads", str(tmp_path / "artifacts"))).info.run_id
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
    _, metrics = run(save_features(tmp_path, *population(40, nuisance=4.0)), champion, tmp_path / "out")
    for name in ("champion", "trained"):
        (entry,) = client.get_metric_history(run_id, f"voice/{name}_min_cllr")
        assert entry.value == pytest.approx(metrics[name]["minCllr"])
    assert client.get_metric_history(run_id, "voice/backward_old_templates_new_probes_eer")


def test_who_was_not_heard_by_the_network_is_one_fold() -> None:
    people = [f"person-{index}" for index in range(20)]
    apart = frozenset(people[:5])
    folds = folds_of(people, apart)
    assert {folds[person] for person in apart} == {0}
    assert {folds[person] for person in people[5:]} == {1, 2, 3}
    assert folds_of(people, frozenset(people)) == folds_of(people)
