"""The digit recogniser: what it hears, and that it learns."""

import json
import wave
from pathlib import Path

import keras
import numpy as np
import pytest

from visavox_training import digit_recogniser, digit_speech
from visavox_training.digit_training import evaluate
from visavox_training.digit_training.__main__ import main
from visavox_training.digit_training.dataset import SpokenDigits, spoilt_spectra
from visavox_training.digit_training.hearing import Ear, edits
from visavox_training.digit_training.losses import TranscriptionLoss
from visavox_training.digit_training.trainer import DigitTrainingConfig, fit

TONES = {"1": 400.0, "2": 1600.0}
CONFIG = DigitTrainingConfig(epochs=3, batch=8)


def test_the_graph_gives_a_spectrum_every_10_ms(networks: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(networks / "speech-spectrum.onnx")
    for samples in (16_000, 20_001):
        noise = np.random.default_rng(0).normal(size=(1, samples)).astype(np.float32)
        [spectrum] = session.run(None, {"waveform": noise})
        assert spectrum.shape == (1, samples // 160 + 1, 40)


def test_a_tone_lies_in_its_band(networks: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(networks / "speech-spectrum.onnx")
    time = np.arange(16_000) / 16_000
    bands = [
        session.run(None, {"waveform": np.sin(2 * np.pi * hertz * time)[None].astype(np.float32)})[0].mean(1).argmax()
        for hertz in (200, 400, 800, 1600, 3200, 6400)
    ]
    assert bands == sorted(set(bands))


def test_spoilt_speech_is_as_loud_as_speech_and_no_longer_than_a_slow_speaker_makes_it() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        spoilt = digit_speech.spoil(_tone("1", generator), generator)
        assert np.isfinite(spoilt).all()
        assert 0.8 <= len(spoilt) / 4800 <= 1.2
        assert 0.01 < np.abs(spoilt).max() < 3


def test_training_hears_what_it_was_trained_on_and_goes_on_from_weights(tmp_path: Path) -> None:
    folder = _recordings(tmp_path / "recordings")
    first, again = tmp_path / "first", tmp_path / "again"
    assert main(_command(folder, first, "--epochs", "30", "--copies", "2")) == 0
    assert main(_command(folder, again, "--epochs", "1", "--start", str(first / "digits.safetensors"))) == 0

    listener = digit_recogniser.build_listener()
    digit_recogniser.load_weights(listener, again / "digits.safetensors")
    generator = np.random.default_rng(2)
    heard = Ear(listener).hear(np.concatenate([_tone(digit, generator) for digit in "21"]))
    assert set(heard) <= set(TONES)
    before, after = (json.loads((out / "metrics.json").read_text()) for out in (first, again))
    assert (before["recordings"], before["people"], len(before["epochs"])) == (24, 6, 30)
    assert after["epochs"][0]["loss"] < before["epochs"][4]["loss"]


class Killed(keras.callbacks.Callback):
    """As a killed process: in the middle of the second epoch."""

    def __init__(self):
        super().__init__()
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 1):
            raise KeyboardInterrupt


def test_a_training_that_was_killed_ends_with_the_same_bits(tmp_path: Path) -> None:
    utterances = digit_speech.read_folder(_recordings(tmp_path / "recordings"), "train")
    spectra, digits = spoilt_spectra(utterances, copies=1, seed=3)

    def fitted(**more) -> tuple[list[np.ndarray], list[str]]:
        # As in a process of its own, where names begin anew.
        keras.utils.clear_session()
        keras.utils.set_random_seed(4)
        listener, lines = digit_recogniser.build_listener(), []
        fit(listener, SpokenDigits(spectra, digits, batch=8, seed=5), [], CONFIG, seed=6, line=lines.append, **more)
        return listener.get_weights(), lines

    whole, _ = fitted()
    file = tmp_path / "checkpoint.npz"
    with pytest.raises(KeyboardInterrupt):
        fitted(checkpoint=file, callbacks=(Killed(),))
    resumed, lines = fitted(checkpoint=file)
    assert any("going on after epoch 1" in line for line in lines)
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_loss_is_that_of_the_paper_and_leaves_out_what_fills_a_batch() -> None:
    # Two frames can say "1" as 1 1, 1 - and - 1: three of 121 ways where all answers are equally probable.
    even = np.full((1, 2, 11), np.log(1 / 11), np.float32)
    filled = np.concatenate([even, np.zeros((1, 3, 11), np.float32)], axis=1)
    targets = np.array([[2, 1, 1]])
    for answers in (even, filled):
        loss = keras.ops.convert_to_numpy(TranscriptionLoss(reduction="none")(targets, answers))
        np.testing.assert_allclose(loss, [-np.log(3 / 121)], rtol=1e-5)


@pytest.mark.parametrize(
    ("said", "heard", "errors"), [("12", "12", 0), ("12", "1", 1), ("12", "3412", 2), ("", "7", 1)]
)
def test_an_error_is_a_digit_too_many_too_few_or_another_one(said: str, heard: str, errors: int) -> None:
    assert edits(said, heard) == errors


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "Expected: a file metadata.csv"),
        ("file_name,digits\n0.wav,two\n", "Expected: the columns file_name and digits"),
        ("file_name,digits,split\n0.wav,2,test\n", "Received: 'test'"),
        ("file_name,digits,person,split\n0.wav,2,a,train\n1.wav,1,a,evaluation\n", "each person in one split"),
        ("file_name,digits\nmissing.wav,2\n", "cannot be read"),
    ],
)
def test_recordings_that_cannot_be_used_are_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str | None, sentence: str
) -> None:
    if table:
        (tmp_path / "metadata.csv").write_text(table)
    assert main(_command(tmp_path, tmp_path / "out")) == 2
    assert sentence in capsys.readouterr().err


def test_a_recogniser_that_hears_too_little_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keras.utils.set_random_seed(1)
    digit_recogniser.save_weights(digit_recogniser.build_listener(), tmp_path / "untrained.safetensors")
    folder = _recordings(tmp_path / "recordings", split="evaluation")
    outs = ("figures", "error-rate", "error-rate-other-paces", "error-rate-degraded")
    words = [word for name in outs for word in (f"--{name}", str(tmp_path / name))]
    weights = str(tmp_path / "untrained.safetensors")
    assert evaluate.main(["--recordings", str(folder), "--weights", weights, *words]) == 0
    too_much, nobody_slow = "at most 1.0% may be", "the pace 'slow', which has a limit"
    for limits, sentence in (('{"usual": 0.01}', too_much), ('{"slow": 0.01}', nobody_slow)):
        assert evaluate.main(["--recordings", str(folder), "--weights", weights, *words, "--limits", limits]) == 2
        assert sentence in capsys.readouterr().err


def _recordings(folder: Path, split: str = "train") -> Path:
    generator = np.random.default_rng(2)
    folder.mkdir()
    rows = ["file_name,digits,person,split,pace"]
    for index in range(24):
        digits = "".join(generator.choice(list(TONES), 2))
        sound = np.concatenate([np.concatenate([_tone(digit, generator), np.zeros(2400)]) for digit in digits])
        _write(folder / f"{index}.wav", sound)
        rows.append(f"{index}.wav,{digits},{index % 6},{split},usual")
    (folder / digit_speech.LABELS).write_text("\n".join(rows) + "\n")
    return folder


def _command(recordings: Path, out: Path, *more: str) -> list[str]:
    weights, metrics = str(out / "digits.safetensors"), str(out / "metrics.json")
    return ["--recordings", str(recordings), "--out-weights", weights, "--metrics", metrics, *more]


def _tone(digit: str, generator: np.random.Generator) -> np.ndarray:
    time = np.arange(4800) / 16_000
    return 0.3 * np.sin(2 * np.pi * TONES[digit] * time) * np.hanning(4800) + generator.normal(0, 1e-3, 4800)


def _write(file: Path, samples: np.ndarray) -> None:
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(16_000)
        stream.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
