"""Fine-tuning of the voice network, tried on a network of a few hundred weights and on voices of shaped noise."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest
import torch
from keras import ops
from safetensors.numpy import save_file

from visavox_training.cam_plus_plus import ScaleAndShift
from visavox_training.export import onnx_session
from visavox_training.feature_table import InputError
from visavox_training.filterbank import FilterBank
from visavox_training.fine_tuning.__main__ import main
from visavox_training.fine_tuning.adapter import FORMAT, adapter_bytes, read_adapter
from visavox_training.fine_tuning.dataset import DegradedSpeech, Speech, varied_pieces
from visavox_training.fine_tuning.held_out import HeldOutPeople
from visavox_training.fine_tuning.losses import TeacherContrast
from visavox_training.fine_tuning.model import VoiceFineTuning
from visavox_training.fine_tuning.recordings import Recordings
from visavox_training.fine_tuning.trainer import FineTuningConfig, Outcome, fine_tune
from visavox_training.layers import UnitLength
from visavox_training.voice_backbone import voice_backbone_to_onnx

CONFIG = FineTuningConfig(
    epochs=3,
    steps=4,
    batch=8,
    seconds=0.5,
    piece=0.5,
    pieces=48,
    judged_seconds=0.5,
    learning_rate=3e-3,
    patience=3,
)


def tiny_backbone() -> keras.Model:
    """Layers of the voice network's names, so that all that is fitted and exported goes the same way."""
    keras.utils.set_random_seed(3)
    waveform = keras.Input((None,), batch_size=1, name="waveform")
    bands = keras.Input((None, 80))
    x = ScaleAndShift(axis=1, name="head-normalisation")(ops.transpose(bands, (0, 2, 1)))
    x = keras.layers.Dense(24, activation="relu", name="xvector-block3-linear")(ops.transpose(x, (0, 2, 1)))
    trunk = keras.Model(
        bands, keras.layers.Dense(16, name="xvector-dense-linear")(ops.mean(x, axis=1)), name="cam_plus_plus"
    )
    features = UnitLength()(trunk(FilterBank(name="filter_bank")(waveform)))
    return keras.Model(waveform, features, name="voice_backbone")


def voices(people: int = 18, recordings: int = 4, seed: int = 0) -> Recordings:
    """Each person is a spectrum of their own; every third is not learned from."""
    rng = np.random.default_rng(seed)
    waveforms, names, splits = [], [], []
    for person in range(people):
        tone = np.interp(np.linspace(0, 1, 5001), np.linspace(0, 1, 24), rng.uniform(0.05, 1, 24) ** 2)
        for _ in range(recordings):
            noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(10_000)) * tone)
            waveforms.append((0.1 * noise / noise.std()).astype(np.float32))
            names.append(f"person-{person}")
            splits.append("validation" if person % 3 == 0 else "train")
    return Recordings(tuple(waveforms), tuple(names), tuple(splits))


def fitted(config: FineTuningConfig = CONFIG, **more) -> tuple[list[np.ndarray], Outcome, list[str]]:
    backbone, lines = tiny_backbone(), []
    outcome = fine_tune(backbone, voices(), config, seed=5, line=lines.append, **more)
    return backbone.get_weights(), outcome, lines


class Killed(keras.callbacks.Callback):
    """As a killed process: in the middle of the second epoch."""

    def __init__(self):
        super().__init__()
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 2):
            raise KeyboardInterrupt


class Overwrite(keras.callbacks.Callback):
    """Sets all scales and all shifts to one value each, as a fit that went wrong leaves them."""

    def __init__(self, scale: float, shift: float):
        super().__init__()
        self.scale, self.shift = scale, shift

    def on_train_batch_end(self, batch, logs=None):
        for variable in self.model.trainable_variables:
            value = self.scale if variable.path.endswith("gamma") else self.shift
            variable.assign(ops.full(variable.shape, value))


def test_a_fit_that_was_killed_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole, _, _ = fitted()
    file = tmp_path / "checkpoint.npz"
    with pytest.raises(KeyboardInterrupt):
        fitted(checkpoint=file, callbacks=(Killed(),))
    resumed, outcome, lines = fitted(checkpoint=file)
    assert any("going on after epoch 1" in line for line in lines)
    assert outcome.progress.epochs == 3
    assert len(outcome.progress.history) == 3
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_checkpoint_of_other_settings_is_ignored_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.npz"
    fitted(dataclasses.replace(CONFIG, epochs=1), checkpoint=file)
    _, outcome, lines = fitted(dataclasses.replace(CONFIG, epochs=2), checkpoint=file)
    assert any("is ignored: it was made with other epochs" in line for line in lines)
    assert outcome.progress.epochs == 2


def test_a_checkpoint_that_cannot_be_read_is_ignored_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(b"PK\x03\x04 torn")
    _, outcome, lines = fitted(dataclasses.replace(CONFIG, epochs=1), checkpoint=file)
    assert any("cannot be read and is ignored" in line for line in lines)
    assert outcome.progress.epochs == 1


def test_one_line_an_epoch_and_the_same_numbers_to_the_tracker() -> None:
    tracked = []
    _, _, lines = fitted(log=lambda epoch, numbers: tracked.append((epoch, numbers)))
    assert [line.split(":")[0] for line in lines if line.startswith("epoch")] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert [epoch for epoch, _ in tracked] == [1, 2, 3]
    assert {"loss", "learning_rate", "gradient_norm", "seconds", "degraded_eer", "clear_eer"} <= set(tracked[0][1])


@pytest.mark.parametrize(
    ("left", "sentence"), [(Overwrite(float("nan"), 0.0), "not a number"), (Overwrite(0.0, 1.0), "collapsed")]
)
def test_a_fit_that_went_wrong_leaves_the_published_network(left: Overwrite, sentence: str) -> None:
    at_once = dataclasses.replace(CONFIG, averaging=0.0, share=1.0)
    weights, outcome, _ = fitted(callbacks=(left,), config=at_once)
    assert outcome.kept
    assert sentence in outcome.reason
    for one, published in zip(weights, tiny_backbone().get_weights(), strict=True):
        np.testing.assert_array_equal(one, published)


def test_half_of_the_way_is_gone_to_the_mean_of_the_weights() -> None:
    start = [np.array(variable.numpy()) for variable in VoiceFineTuning(tiny_backbone()).trainable_variables]
    whole, half = (
        fitted(config=dataclasses.replace(CONFIG, epochs=1, share=share))[1].progress.best_weights
        for share in (1.0, 0.5)
    )
    for one, other, began in zip(whole, half, start, strict=True):
        np.testing.assert_allclose(other, (one + began) / 2, atol=1e-6)
        assert not np.array_equal(one, began)


def test_a_result_that_gains_nothing_leaves_the_published_network() -> None:
    weights, outcome, _ = fitted(dataclasses.replace(CONFIG, learning_rate=1e-9))
    assert outcome.kept
    assert "too little is gained" in outcome.reason
    for one, published in zip(weights, tiny_backbone().get_weights(), strict=True):
        np.testing.assert_array_equal(one, published)


def test_only_scales_and_shifts_of_normalisations_change() -> None:
    model = VoiceFineTuning(tiny_backbone())
    assert {variable.path for variable in model.trainable_variables} == {
        "head-normalisation/gamma",
        "head-normalisation/beta",
    }


def test_a_fit_goes_on_from_what_an_earlier_one_learned(tmp_path: Path) -> None:
    backbone = tiny_backbone()
    first = VoiceFineTuning(backbone)
    scales, shifts = first.trainable_variables
    scales.assign(scales * 1.5)
    (tmp_path / "adapter.safetensors").write_bytes(adapter_bytes([scales, shifts]))
    fresh = tiny_backbone()
    learned = read_adapter(tmp_path / "adapter.safetensors", VoiceFineTuning(fresh).trainable_variables)
    outcome = fine_tune(
        fresh, voices(), dataclasses.replace(CONFIG, learning_rate=1e-9), seed=5, adapter=learned, line=lambda _: None
    )
    assert outcome.kept
    np.testing.assert_allclose(fresh.get_weights()[0], backbone.get_weights()[0])


@pytest.mark.parametrize(
    ("tensors", "format_", "sentence"),
    [
        ({"head-normalisation/gamma": np.ones(80, np.float32)}, FORMAT, "another network: head-normalisation/beta"),
        ({}, "another", "no adapter of a voice network"),
        (
            {name: np.full(80, np.nan, np.float32) for name in ("head-normalisation/gamma", "head-normalisation/beta")},
            FORMAT,
            "numbers that are none",
        ),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused(tmp_path: Path, tensors, format_: str, sentence: str) -> None:
    save_file(tensors, tmp_path / "adapter.safetensors", {"format": format_})
    variables = VoiceFineTuning(tiny_backbone()).trainable_variables
    with pytest.raises(InputError, match=sentence):
        read_adapter(tmp_path / "adapter.safetensors", variables)
    with pytest.raises(InputError, match="cannot be read"):
        read_adapter(tmp_path / "none.safetensors", variables)


def test_statistics_of_normalisations_stay() -> None:
    backbone = tiny_backbone()
    layer = backbone.get_layer("cam_plus_plus").get_layer("head-normalisation")
    before = layer.moving_mean.numpy().copy()
    fine_tune(backbone, voices(), dataclasses.replace(CONFIG, epochs=1, least_gain=-9), seed=5, line=lambda _: None)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), before)


def test_the_model_and_the_loss_come_back_from_their_configuration(tmp_path: Path) -> None:
    model = VoiceFineTuning(tiny_backbone())
    waveforms = torch.from_numpy(np.stack(voices(3, 1).waveforms))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(waveforms).detach().numpy(), model(waveforms).detach().numpy())
    loss = keras.losses.deserialize(keras.losses.serialize(TeacherContrast(weight=0.7, temperature=0.2)))
    assert (loss.weight, loss.temperature) == (0.7, 0.2)


def test_the_contrast_does_not_hold_one_persons_recordings_against_each_other() -> None:
    teachers = np.array([[1.0, 0.0], [0.98, 0.199], [0.0, 1.0]], np.float32)
    students = torch.from_numpy(teachers)
    alone = TeacherContrast(weight=1, same_person=0.6, reduction="none")(teachers, students)
    against = TeacherContrast(weight=1, same_person=1.1, reduction="none")(teachers, students)
    assert alone[0] < 0.001 < 0.1 < against[0]


def test_batches_are_drawn_from_seed_epoch_and_number() -> None:
    pieces = varied_pieces(voices(), 40, seconds=0.5, seed=0)
    speech = Speech(pieces, np.eye(len(pieces), dtype=np.float32))

    def batch(epoch: int, number: int, seed: int = 0):
        data = DegradedSpeech(speech, steps=5, batch=8, seconds=0.5, seed=seed)
        data.epoch = epoch
        return data[number]

    np.testing.assert_array_equal(batch(1, 2)[0], batch(1, 2)[0])
    for other in (batch(1, 3), batch(2, 2), batch(1, 2, seed=1)):
        assert not np.array_equal(other[0], batch(1, 2)[0])
    heard = np.concatenate([batch(1, number)[1].argmax(axis=1) for number in range(5)])
    assert sorted(heard) == list(range(40))


def test_whoever_has_many_recordings_is_heard_as_often_as_the_others() -> None:
    loud, quiet = np.full(8_000, 0.9, np.float32), np.full(8_000, 0.1, np.float32)
    recordings = Recordings((loud,) * 9 + (quiet,), ("many",) * 9 + ("one",), ("train",) * 10)
    pieces = varied_pieces(recordings, 20, seconds=0.25, seed=0)
    assert np.sum(np.abs(pieces).mean(axis=1) > 0.3) == 10


def test_people_who_are_judged_on_are_tried_on_the_same_crops_each_time() -> None:
    one, other = (HeldOutPeople(voices().of("validation"), seconds=0.5, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.degraded, other.degraded)
    assert one.count == 6


def save_recordings(path: Path, recordings: Recordings) -> Path:
    items = [{"person": who, "split": split} for who, split in zip(recordings.people, recordings.splits, strict=True)]
    tensors = {
        "samples": np.concatenate(recordings.waveforms),
        "lengths": np.array([len(one) for one in recordings.waveforms]),
    }
    save_file(tensors, path, {"items": json.dumps(items)})
    return path


def test_the_command_writes_a_network_that_onnx_and_keras_agree_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISAVOX_CHECKPOINTS", str(tmp_path / "checkpoints"))
    tiny_backbone().save(tmp_path / "start.keras")
    recordings = save_recordings(tmp_path / "recordings.safetensors", voices())
    code = main(
        [
            *("--backbone", str(tmp_path / "start.keras"), "--recordings", str(recordings), "--epochs", "2"),
            *("--out-onnx", str(tmp_path / "out" / "voice.onnx")),
            *("--out-adapter", str(tmp_path / "out" / "adapter.safetensors")),
            *("--metrics", str(tmp_path / "out" / "metrics.json"), "--seed", "1", "--threads", "1"),
        ]
    )
    assert code == 0
    report = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert report["people"] == 12
    assert len(report["epochs"]) == 2
    assert not any("seconds" in epoch for epoch in report["epochs"]), "a reproduction would differ by the clock"
    assert len(list((tmp_path / "checkpoints").iterdir())) == 1
    session = onnx_session((tmp_path / "out" / "voice.onnx").read_bytes())
    network = tiny_backbone()
    variables = VoiceFineTuning(network).trainable_variables
    learned = read_adapter(tmp_path / "out" / "adapter.safetensors", variables)
    for variable, value in zip(variables, learned, strict=True):
        variable.assign(value)
    for samples in (160, 9_000):
        waveform = np.random.default_rng(samples).normal(0, 0.1, (1, samples)).astype(np.float32)
        with torch.no_grad():
            expected = network(torch.from_numpy(waveform)).numpy()
        np.testing.assert_allclose(session.run(["features"], {"waveform": waveform})[0], expected, atol=1e-5)


def test_people_in_two_splits_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recordings = voices()
    both = dataclasses.replace(recordings, splits=("train", *recordings.splits[1:]))
    path = save_recordings(tmp_path / "recordings.safetensors", both)
    outs = [("--out-onnx", "a"), ("--out-adapter", "b"), ("--metrics", "c")]
    arguments = ["--backbone", "none.keras", "--recordings", str(path), *(word for out in outs for word in out)]
    assert main(arguments) == 2
    assert "Expected each person in one split. Received: person-0" in capsys.readouterr().err


def test_the_exported_network_is_the_fitted_one() -> None:
    backbone = tiny_backbone()
    fine_tune(backbone, voices(), dataclasses.replace(CONFIG, least_gain=-9, clear_loss=9), seed=5, line=lambda _: None)
    waveform = voices(1, 1).waveforms[0][None]
    [features] = onnx_session(voice_backbone_to_onnx(backbone)).run(["features"], {"waveform": waveform})
    with torch.no_grad():
        np.testing.assert_allclose(features, backbone(torch.from_numpy(waveform)).numpy(), atol=1e-5)
