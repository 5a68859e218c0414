"""The digit recogniser: what it hears, and that it learns."""

import wave
from pathlib import Path

import numpy as np

from visavox_training import digit_speech, train_digits

TONES = {"1": 400.0, "2": 1600.0}


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


def test_training_goes_on_from_weights_and_hears_what_it_was_trained_on(tmp_path: Path) -> None:
    from visavox_training import digit_recogniser

    generator = np.random.default_rng(2)
    folder = tmp_path / "recordings"
    folder.mkdir()
    rows = ["file,digits"]
    for index in range(24):
        digits = "".join(generator.choice(list(TONES), 2))
        sound = np.concatenate([np.concatenate([_tone(digit, generator), np.zeros(2400)]) for digit in digits])
        _write(folder / f"{index}.wav", sound)
        rows.append(f"{index}.wav,{digits}")
    (folder / "prompts.csv").write_text("\n".join(rows) + "\n")
    out = tmp_path / "digits.npz"
    start = Path(digit_recogniser.__file__).parent / "digits.npz"
    training = train_digits.DigitTraining(epochs=10, batch=8, rate=2e-3)
    train_digits.train_folders([folder], out, training, start)

    listener = digit_recogniser.build_listener()
    digit_recogniser.load_weights(listener, out)
    model = digit_recogniser.build_digit_recogniser(listener)
    sound = np.concatenate([_tone(digit, generator) for digit in "21"]).astype(np.float32)
    digits = model(digit_recogniser.build_speech_spectrum()(sound[None])).detach().numpy()[0].argmax(axis=1)
    assert set(digits.tolist()) <= {1, 2, digit_recogniser.BLANK}


def _tone(digit: str, generator: np.random.Generator) -> np.ndarray:
    time = np.arange(4800) / 16_000
    return 0.3 * np.sin(2 * np.pi * TONES[digit] * time) * np.hanning(4800) + generator.normal(0, 1e-3, 4800)


def _write(file: Path, samples: np.ndarray) -> None:
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(16_000)
        stream.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
