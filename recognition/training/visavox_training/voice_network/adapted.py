"""The voice network with what it learned about bad lines."""

from pathlib import Path

import keras


def apply_adapter(backbone: keras.Model, adapter: Path) -> None:
    """Sets the scales and shifts of its normalisations, in place.

    Raises:
        InputError: it is no adapter of this network.
    """
    from visavox_training.fine_tuning.adapter import read_adapter
    from visavox_training.fine_tuning.model import VoiceFineTuning
    from visavox_training.fine_tuning.weights import assign

    variables = VoiceFineTuning(backbone).trainable_variables
    assign(variables, read_adapter(adapter, variables))
    backbone.trainable = True
