"""Speech of voices that do not exist, in many languages, by the rules of eSpeak NG: nobody's recordings.

python -m visavox_training.voice_network.speech --voices 1200 --seed 1 --out recordings.safetensors --card speech.json

Needs the package espeakng-loader. One voice in ten is never learned from: half of these decide when training stops, on
the others it is measured. The same version of eSpeak NG, voices and seed give the same bits.
"""

import argparse
import ctypes
import importlib.metadata
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavox_training.files import write_bytes, write_json

SAMPLE_RATE = 16_000
SECONDS = 5.0
SPLITS = ("validation", "evaluation")
PACKAGE = "espeakng-loader"

_SYNCHRONOUS = 2
_UTF8 = 1
_RATE, _PITCH = 1, 3
_CONSONANTS = (*"bdfgklmnprstvz", "ch", "sh", "st", "tr", "pl")
_VOWELS = (*"aeiou", "ai", "ou", "ea")


@dataclass(frozen=True)
class Voice:
    """A language spoken by a variant of eSpeak NG's voice, at a pitch (0 to 99) and a rate (words a minute)."""

    language: str
    variant: str
    pitch: int
    rate: int


class Synthesiser:
    """eSpeak NG inside this process. It keeps its state in one place: make one of these at a time.

    Args:
        seed: of the noise in its voices.
    """

    def __init__(self, seed: int):
        import espeakng_loader

        self._library = ctypes.cdll.LoadLibrary(espeakng_loader.get_library_path())
        data = Path(espeakng_loader.get_data_path())
        # It has room for paths of 160 characters, and environments of steps lie deep.
        self._folder = tempfile.TemporaryDirectory(prefix="espeak-")
        (Path(self._folder.name) / data.name).symlink_to(data)
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, self._folder.name.encode(), 0)
        if self.rate <= 0:
            raise OSError(f"eSpeak NG does not start with the data in {data}, linked from {self._folder.name}")
        # Breath and whisper are noise, which it seeds with the time of day otherwise.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
        self.languages = sorted(_language_of(file) for file in (data / "lang").rglob("*") if file.is_file())
        self.variants = sorted(file.name for file in (data / "voices" / "!v").iterdir())
        self._parts: list[np.ndarray] = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._received)
        self._library.espeak_SetSynthCallback(self._callback)

    def _received(self, samples, count, _events):
        if samples and count:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def speech(self, voice: Voice, text: str) -> np.ndarray:
        """[samples] at 16 kHz, -1 to 1; empty where the language cannot be spoken."""
        if self._library.espeak_SetVoiceByName(f"{voice.language}+{voice.variant}".encode()) != 0:
            return np.zeros(0, np.float32)
        self._library.espeak_SetParameter(_PITCH, voice.pitch, 0)
        self._library.espeak_SetParameter(_RATE, voice.rate, 0)
        self._parts = []
        said = text.encode()
        self._library.espeak_Synth(said, len(said) + 1, 0, 1, 0, _UTF8, None, None)
        if not self._parts:
            return np.zeros(0, np.float32)
        samples = _at_16_khz(np.concatenate(self._parts).astype(np.float32) / 32768, self.rate)
        return samples / max(1.0, float(np.abs(samples).max()))


def _language_of(file: Path) -> str:
    """The first line `language …` of a voice's description."""
    for line in file.read_text(errors="replace").splitlines():
        words = line.split()
        if words[:1] == ["language"]:
            return words[1]
    return file.name


def _at_16_khz(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate == SAMPLE_RATE or not len(samples):
        return samples
    count = round(len(samples) * SAMPLE_RATE / rate)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(count // 2 + 1, spectrum.dtype)
    both = min(len(kept), len(spectrum))
    kept[:both] = spectrum[:both]
    return (np.fft.irfft(kept, count) * (count / len(samples))).astype(np.float32)


def drawn_voice(rng: np.random.Generator, languages: list[str], variants: list[str]) -> Voice:
    return Voice(
        languages[rng.integers(len(languages))],
        variants[rng.integers(len(variants))],
        int(rng.integers(15, 90)),
        int(rng.integers(130, 200)),
    )


def drawn_text(rng: np.random.Generator) -> str:
    """Half of what is said are digits, which people say to sign in, the rest are words that do not exist."""
    if rng.random() < 0.5:
        return " ".join(str(digit) for digit in rng.integers(0, 10, 10))

    def syllable():
        return _CONSONANTS[rng.integers(len(_CONSONANTS))] + _VOWELS[rng.integers(len(_VOWELS))]

    return " ".join("".join(syllable() for _ in range(rng.integers(1, 4))) for _ in range(12))


def without_silence(samples: np.ndarray, frame: int = 320, floor: float = 0.03) -> np.ndarray:
    """From the first to the last frame that is not much softer than the loudest."""
    count = len(samples) // frame
    if count < 3:
        return samples[:0]
    loudness = np.sqrt(np.mean(samples[: count * frame].reshape(count, frame) ** 2, axis=1))
    heard = np.flatnonzero(loudness >= max(1e-6, loudness.max() * floor))
    return samples[max(0, heard[0] - 2) * frame : (heard[-1] + 3) * frame] if len(heard) else samples[:0]


def spoken(synthesiser: Synthesiser, count: int, seed: int) -> list[tuple[str, str, np.ndarray]]:
    """(voice, split, samples) of so many voices; those that are not learned from say four things."""
    rng = np.random.default_rng(seed)
    said: list[tuple[str, str, np.ndarray]] = []
    for index in range(count):
        split = SPLITS[index // 10 % 2] if index % 10 == 9 else "train"
        utterances: list[np.ndarray] = []
        voice = drawn_voice(rng, synthesiser.languages, synthesiser.variants)
        while len(utterances) < (1 if split == "train" else 4):
            samples = without_silence(synthesiser.speech(voice, drawn_text(rng)))[: round(SECONDS * SAMPLE_RATE)]
            if len(samples) >= 2 * SAMPLE_RATE:
                utterances.append(samples)
            else:
                utterances, voice = [], drawn_voice(rng, synthesiser.languages, synthesiser.variants)
        name = f"{index}: {voice.language}+{voice.variant} {voice.pitch} {voice.rate}"
        said.extend((name, split, one) for one in utterances)
    return said


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m visavox_training.voice_network.speech",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--voices", type=int, default=1200, help="at least 80 (default: 1200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="safetensors that visavox_training.fine_tuning reads")
    parser.add_argument("--card", type=Path, required=True, help="JSON: what the speech was made by")
    options = parser.parse_args(arguments)
    if options.voices < 80:
        parser.error("--voices has to be at least 80")
    from safetensors.numpy import save

    said = spoken(Synthesiser(options.seed), options.voices, options.seed)
    write_bytes(
        options.out,
        save(
            {
                "samples": np.concatenate([samples for _, _, samples in said]).astype(np.float32),
                "lengths": np.array([len(samples) for _, _, samples in said], np.uint32),
            },
            metadata={"items": json.dumps([{"person": voice, "split": split} for voice, split, _ in said])},
        ),
    )
    card = {
        "source": f"eSpeak NG ({PACKAGE} {importlib.metadata.version(PACKAGE)})",
        "voices": options.voices,
        "recordings": len(said),
        "seed": options.seed,
    }
    write_json(options.card, card)
    print(f"{card['recordings']} recordings of {card['voices']} voices by {card['source']}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
