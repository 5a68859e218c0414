"""The voice network with what it learned about bad lines."""

from pathlib import Path

import keras


def published_voice_backbone() -> keras.Model:
    """With the weights of the packages, as their authors published them.

    Raises:
        ConversionError: a package is missing.
    """
    from visavox_training.published import Packages
    from visavox_training.voice_backbone import load_voice_backbone

    packages = Packages(Path("node_modules"))
    return load_voice_backbone(cam_plus_plus_checkpoint=packages.cam_plus_plus, d_vector_checkpoint=packages.d_vector)


def apply_adapter(backbone: keras.Model, adapter: Path) -> None:
    """Sets the scales and shifts of its normalisations, in place.

    Raises:
        InputError: it is no adapter of this network.
    """
    from visavox_training.fine_tuning.adapter import read_adapter
    from visavox_training.fine_tuning.model import VoiceFineTuning

    variables = VoiceFineTuning(backbone).trainable_variables
    for variable, value in zip(variables, read_adapter(adapter, variables), strict=True):
        variable.assign(value)
    backbone.trainable = True
