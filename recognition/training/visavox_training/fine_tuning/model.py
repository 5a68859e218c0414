"""CAM++ inside the voice network as a model that can be fitted: batches of waveforms to embeddings."""

import keras
import torch

from visavox_training import cam_plus_plus
from visavox_training.fine_tuning.watched import WatchedModel
from visavox_training.layers import UnitLength


@keras.saving.register_keras_serializable("visavox")
class VoiceFineTuning(WatchedModel):
    """Shares its layers with the voice network that it is given: fitting it changes that network in place.

    Input: [n, samples], 16 kHz, -1 to 1. Output: [n, 192], of unit length. What is trained is the scale and the shift
    of each normalisation, 82,752 of seven million numbers: with as much processor time they gained more on people not
    learned from than all weights did, and lost nothing on clear recordings. The statistics of normalisations stay the
    published ones: a few batches of a few people would spoil them.

    Args:
        backbone: a network as `build_voice_backbone` gives it.
    """

    def __init__(self, backbone: keras.Model, **kwargs):
        super().__init__(**kwargs)
        self.backbone = backbone
        self.filter_bank = backbone.get_layer("filter_bank")
        self.trunk = backbone.get_layer(cam_plus_plus.NAME)
        self.unit = UnitLength()
        for layer in backbone.layers:
            layer.trainable = layer is self.trunk
        for layer in self.trunk.layers:
            layer.trainable = isinstance(layer, keras.layers.BatchNormalization)
        self.built = True

    def call(self, waveforms):
        with torch.no_grad():
            bands = self.filter_bank(waveforms)
        return self.unit(self.trunk(bands, training=False))

    def get_config(self):
        return {"backbone": keras.saving.serialize_keras_object(self.backbone), "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        backbone = keras.saving.deserialize_keras_object(config.pop("backbone"), custom_objects)
        return cls(backbone, **config)
