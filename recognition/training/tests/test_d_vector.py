"""Resemblyzer's speaker encoder, the second half of the voice network."""

import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from visavox_training.mel import mel_filters
from visavox_training.published import random_sound

Embed = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def embed(networks: Path) -> Embed:
    session = onnxruntime.InferenceSession(networks / "voice-backbone.onnx")
    return lambda waveform: session.run(["features"], {"waveform": waveform})[0][:, 192:]


@pytest.fixture(scope="module")
def published() -> Embed:
    """The package's own code, with librosa's mel spectrogram restated, since librosa is not installed."""
    stand_ins = {
        "librosa": types.SimpleNamespace(feature=types.SimpleNamespace(melspectrogram=mel_spectrogram)),
        "webrtcvad": types.SimpleNamespace(),
        "scipy.ndimage.morphology": types.SimpleNamespace(binary_dilation=None),
    }
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)  # type: ignore[arg-type]
    try:
        encoder_module = importlib.import_module("resemblyzer.voice_encoder")
        audio = importlib.import_module("resemblyzer.audio")
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    encoder = encoder_module.VoiceEncoder("cpu", verbose=False)

    def answer(waveform: np.ndarray) -> np.ndarray:
        loud = audio.normalize_volume(waveform[0], -30, increase_only=True)
        return encoder.embed_utterance(loud.astype(np.float32))[None]

    return answer


def mel_spectrogram(y: np.ndarray, sr: int, n_fft: int, hop_length: int, n_mels: int) -> np.ndarray:
    """`librosa.feature.melspectrogram` with its defaults, [n_mels, frames]."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(y, n_fft // 2), n_fft)[::hop_length]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return mel_filters(sr, n_fft, n_mels) @ power.T


# Around one partial utterance, around the loss of a last one that is covered too little, and some seconds.
@pytest.mark.parametrize("samples", [160, 12_799, 13_120, 13_121, 25_599, 25_600, 31_519, 31_521, 48_000, 100_003])
def test_answers_what_the_package_answers(embed: Embed, published: Embed, samples: int) -> None:
    waveform = random_sound(samples)
    np.testing.assert_allclose(embed(waveform), published(waveform), atol=5e-6)


def test_quiet_speech_is_amplified(embed: Embed, published: Embed) -> None:
    waveform = random_sound(32_000)
    np.testing.assert_allclose(embed(waveform * 0.001), published(waveform * 0.001), atol=5e-6)
    np.testing.assert_allclose(embed(waveform * 0.001), embed(waveform * 0.0001), atol=1e-5)


def test_digital_silence_gives_numbers(embed: Embed) -> None:
    assert np.isfinite(embed(np.zeros((1, 16_000), np.float32))).all()


def test_mel_filters_are_those_of_librosa() -> None:
    filters = mel_filters(16_000, 400, 40)
    assert filters.shape == (40, 201)
    # The peaks of four bands of librosa.filters.mel(sr=16000, n_fft=400, n_mels=40), librosa 0.11.
    peaks = {0: (2, 0.0124045210), 12: (24, 0.0128183430), 25: (64, 0.0050405562), 39: (185, 0.0017249404)}
    for band, (position, value) in peaks.items():
        assert filters[band].argmax() == position
        assert filters[band, position] == pytest.approx(value, abs=1e-8)
