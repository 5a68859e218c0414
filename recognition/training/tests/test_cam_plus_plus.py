"""CAM++, the first half of the voice network, from waveform to features."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from visavox_training.kaldi_mel import fourier_kernels, mel_filters
from visavox_training.published import Packages, published_voice_backbone, random_sound
from visavox_training.voice_backbone import voice_backbone_to_onnx

Embed = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def embed(packages: Path) -> Embed:
    """As it was published, before it learned about bad lines."""
    session = onnxruntime.InferenceSession(voice_backbone_to_onnx(published_voice_backbone()))
    return lambda waveform: session.run(["features"], {"waveform": waveform})[0][:, :192]


@pytest.fixture(scope="module")
def published(packages: Path) -> Embed:
    """The package's own PyTorch network behind Kaldi's filter bank, step by step.

    The package restates 3D-Speaker's network with a ReLU at its end that 3D-Speaker does not have; it is taken away.
    """
    weights = Packages(packages).cam_plus_plus
    specification = importlib.util.spec_from_file_location("camplusplus", weights.parents[2] / "camplusplus.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    network = module.CAMPPlus(80, 192)
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    network.eval()
    network.xvector.dense.nonlinear.relu = torch.nn.Identity()

    def answer(waveform: np.ndarray) -> np.ndarray:
        bands = filter_bank(waveform[0].astype(np.float64))
        with torch.no_grad():
            features = network(torch.from_numpy(bands.astype(np.float32))[None]).numpy()
        return features / np.linalg.norm(features)

    return answer


def filter_bank(waveform: np.ndarray) -> np.ndarray:
    """What `compute-fbank-feats --num-mel-bins=80 --dither=0` does, with the mean of each band taken away."""
    level = waveform * 10 ** (-26 / 20) / np.sqrt(np.mean(waveform**2))
    frames = np.lib.stride_tricks.sliding_window_view(level, 400)[::160]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85
    power = np.abs(np.fft.rfft(frames * window, 512)) ** 2
    bands = np.log(np.maximum(power[:, :256] @ mel_filters().T, np.finfo(np.float32).eps))
    return bands - bands.mean(axis=0)


@pytest.mark.parametrize("samples", [8_000, 16_159, 16_160, 31_999, 48_000, 100_003])
def test_answers_what_the_package_answers(embed: Embed, published: Embed, samples: int) -> None:
    waveform = random_sound(samples)
    np.testing.assert_allclose(embed(waveform), published(waveform), atol=5e-6)


def test_loudness_does_not_matter(embed: Embed) -> None:
    waveform = random_sound(32_000)
    for gain in (0.5, 0.01):
        np.testing.assert_allclose(embed(waveform * np.float32(gain)), embed(waveform), atol=5e-5)


@pytest.mark.parametrize("samples", [1, 399, 400, 401, 800, 16_000])
def test_digital_silence_and_snippets_give_numbers(embed: Embed, samples: int) -> None:
    assert embed(np.zeros((1, samples), np.float32)).shape == (1, 192)
    assert np.isfinite(embed(np.zeros((1, samples), np.float32))).all()
    assert np.isfinite(embed(random_sound(samples))).all()


def test_filters_cover_the_bands_of_kaldi() -> None:
    filters = mel_filters()
    assert filters.shape == (80, 256)
    # 2840 mel at 8 kHz, 31.7 at 20 Hz: the middle of the first band lies at 42 Hz, that of the last at 7.7 kHz.
    assert filters[0].argmax() == 1
    assert filters[79].argmax() * 16_000 / 512 == pytest.approx(7_740, abs=40)
    assert np.all(filters.sum(axis=0)[2:245] > 0)


def test_a_constant_offset_is_not_heard() -> None:
    spectrum = np.ones(400, np.float64) @ fourier_kernels().astype(np.float64)
    assert np.abs(spectrum).max() < 1e-3
