"""Values of a model's variables, taken out and put back in their order."""

from collections.abc import Sequence

import numpy as np


def values_of(variables) -> list[np.ndarray]:
    """Copies, which stay what they are when the model is fitted on."""
    return [np.array(variable.numpy()) for variable in variables]


def assign(variables, values: Sequence[np.ndarray]) -> None:
    """In place.

    Raises:
        ValueError: there are more of one than of the other.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
