"""What fine-tuning learns: the scale and the shift of each normalisation, as safetensors."""

from pathlib import Path

import keras
import numpy as np

from visavox_training.feature_table import InputError

FORMAT = "visavox-voice-adapter-1"


def adapter_bytes(variables: list[keras.Variable]) -> bytes:
    """Of a model's trainable variables, by their paths; the same numbers give the same bytes."""
    from safetensors.numpy import save

    return save({variable.path: np.array(variable.numpy()) for variable in variables}, metadata={"format": FORMAT})


def read_adapter(path: Path, variables: list[keras.Variable]) -> list[np.ndarray]:
    """In the order of the variables that it is for.

    Raises:
        InputError: the file is missing, is something else, or belongs to another network.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                raise InputError(f"{path} is no adapter of a voice network. Expected the format {FORMAT}.")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
    except (SafetensorError, OSError) as error:
        raise InputError(f"The adapter {path} cannot be read: {error}") from error
    expected = {variable.path: tuple(variable.shape) for variable in variables}
    received = {name: array.shape for name, array in arrays.items()}
    if expected != received:
        other = sorted(name for name in {*expected, *received} if expected.get(name) != received.get(name))
        raise InputError(f"The adapter {path} belongs to another network: {', '.join(other[:5])} differ.")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise InputError(f"The adapter {path} holds numbers that are none.")
    return [arrays[variable.path] for variable in variables]
