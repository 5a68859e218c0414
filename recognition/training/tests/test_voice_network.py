"""What the voice network learns from speech that is nobody's."""

from pathlib import Path

import numpy as np
import pytest
import torch

from visavox_training.feature_table import InputError
from visavox_training.files import digest_of
from visavox_training.published import VOICE_ADAPTER, published_voice_backbone, random_sound
from visavox_training.voice_network.adapted import apply_adapter
from visavox_training.voice_network.card import card_of
from visavox_training.voice_network.speech import SAMPLE_RATE, Voice, drawn_text, spoken, without_silence


class Tones:
    """Stands for eSpeak NG: every voice hums three seconds, but one language cannot be spoken."""

    languages = ("fr", "mute")
    variants = ("Alex", "Alicia")

    def speech(self, voice: Voice, text: str) -> np.ndarray:
        seconds = 0 if voice.language == "mute" else 3
        time = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
        return (0.5 * np.sin(2 * np.pi * (100 + voice.pitch + len(text)) * time)).astype(np.float32)


def test_nine_voices_in_ten_are_learned_from_and_the_others_say_four_things_each() -> None:
    said = spoken(Tones(), 100, seed=3)
    counts = {
        split: [voice for voice, its, _ in said if its == split] for split in ("train", "validation", "evaluation")
    }
    assert {split: (len(set(voices)), len(voices)) for split, voices in counts.items()} == {
        "train": (90, 90),
        "validation": (5, 20),
        "evaluation": (5, 20),
    }
    assert not {voice for voice, _, _ in said if "mute" in voice}


def test_the_same_seed_says_the_same() -> None:
    first, again, other = (spoken(Tones(), 20, seed=seed) for seed in (1, 1, 2))
    assert [voice for voice, _, _ in first] == [voice for voice, _, _ in again] != [voice for voice, _, _ in other]
    assert all(np.array_equal(a, b) for (_, _, a), (_, _, b) in zip(first, again, strict=True))


def test_digits_are_said_and_words_that_do_not_exist() -> None:
    rng = np.random.default_rng(0)
    texts = [drawn_text(rng) for _ in range(40)]
    digits = [text for text in texts if text.replace(" ", "").isdigit()]
    assert 10 < len(digits) < 30
    assert all(text.replace(" ", "").isalpha() for text in texts if text not in digits)


def test_silence_before_and_after_is_cut_off() -> None:
    hum = np.sin(np.arange(SAMPLE_RATE) / 10).astype(np.float32)
    padded = np.concatenate([np.zeros(8000), hum, np.zeros(16_000)]).astype(np.float32)
    assert abs(len(without_silence(padded)) - len(hum)) < 2000
    assert len(without_silence(np.zeros(16_000, np.float32))) == 0


def test_the_network_that_serves_is_the_published_one_with_the_adapter(networks: Path) -> None:
    import onnxruntime

    waveform = random_sound(32_000)
    session = onnxruntime.InferenceSession(networks / "voice-backbone.onnx")
    [served] = session.run(["features"], {"waveform": waveform})
    backbone = published_voice_backbone()
    with torch.no_grad():
        published = backbone(torch.from_numpy(waveform)).numpy()
        apply_adapter(backbone, VOICE_ADAPTER)
        adapted = backbone(torch.from_numpy(waveform)).numpy()
    np.testing.assert_allclose(served, adapted, atol=1e-5)
    assert served[0, :192] @ published[0, :192] < 0.99
    np.testing.assert_allclose(served[0, 192:], published[0, 192:], atol=1e-5)


def test_the_committed_adapter_is_the_one_that_its_card_describes() -> None:
    text = VOICE_ADAPTER.with_suffix(".md").read_text()
    assert f"| adapter | sha256:{digest_of(VOICE_ADAPTER)} |" in text
    assert "nobody's" in text


def test_an_adapter_of_another_network_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "adapter.safetensors"
    save_file({"gamma": np.ones(4, np.float32)}, file, metadata={"format": "visavox-voice-adapter-1"})
    with pytest.raises(InputError, match="belongs to another network"):
        apply_adapter(published_voice_backbone(), file)


def test_a_card_says_what_was_measured_and_which_limits_held() -> None:
    figures = {"clear_min_cllr": 0.05, "clear_eer": 0.01, "degraded_min_cllr": 0.3, "degraded_eer": 0.1}
    text = card_of(
        report={"seed": 1, "people": 9, "recordings": 9, "bestEpoch": 2, "threads": 2, "configuration": {"epochs": 3}},
        figures={
            "voices": 5,
            "recordings": 20,
            "limits": {"degraded": 0.7},
            "published": figures,
            "adapted": {**figures, "degraded_min_cllr": 0.2, "degraded_eer": 0.06},
        },
        speech={"source": "eSpeak NG", "voices": 10, "recordings": 29, "seed": 1},
        digests={"adapter": "a" * 64, "recordings": "b" * 64},
        run="run-7",
        code="sha256:c",
    )
    assert "| degraded | 0.3000 (10.00%) | 0.2000 (6.00%) | 70% |" in text
    assert "| clear | 0.0500 (1.00%) | 0.0500 (1.00%) |  |" in text
    assert "| run | run-7 |" in text
    assert f"| recordings | sha256:{'b' * 64} |" in text
