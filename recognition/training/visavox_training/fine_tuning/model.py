"""CAM++ inside the voice network as a model that can be fitted: batches of waveforms to embeddings."""

import keras
import torch

from visavox_training import cam_plus_plus
from visavox_training.fine_tuning.watched import WatchedModel
from visavox_training.layers import UnitLength

PARTS = {
    "all": ("",),
    "front": ("head-",),
    "tail": ("xvector-block3", "xvector-transit3", "xvector-out", "xvector-dense"),
}
"""Beginnings of the names of the layers that are trained."""


@keras.saving.register_keras_serializable("visavox")
class VoiceFineTuning(WatchedModel):
    """Shares its layers with the voice network that it is given: fitting it changes that network in place.

    Input: [n, samples], 16 kHz, -1 to 1. Output: [n, 192], of unit length. The statistics of normalisations stay the
    published ones: a few batches of a few people would spoil them.

    Args:
        backbone: a network as `build_voice_backbone` gives it.
        part: which layers are trained, a key of `PARTS`.
    """

    def __init__(self, backbone: keras.Model, part: str = "all", **kwargs):
        super().__init__(**kwargs)
        if part not in PARTS:
            raise ValueError(f"Unknown part of the network. Expected one of {', '.join(PARTS)}. Received: {part!r}")
        self.backbone, self.part = backbone, part
        self.filter_bank = backbone.get_layer("filter_bank")
        self.trunk = backbone.get_layer(cam_plus_plus.NAME)
        self.unit = UnitLength()
        for layer in backbone.layers:
            layer.trainable = layer is self.trunk
        for layer in self.trunk.layers:
            layer.trainable = layer.name.startswith(PARTS[part])
        self.built = True

    def call(self, waveforms):
        with torch.no_grad():
            bands = self.filter_bank(waveforms)
        return self.unit(self.trunk(bands, training=False))

    def get_config(self):
        return {"backbone": keras.saving.serialize_keras_object(self.backbone), "part": self.part, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        backbone = keras.saving.deserialize_keras_object(config.pop("backbone"), custom_objects)
        return cls(backbone, **config)
