"""Keras layers that several networks share."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("visavox")
class UnitLength(keras.layers.Layer):
    """Divides each vector by its Euclidean length; zero stays zero. [n, d] to the same."""

    def call(self, vectors):
        length = ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True))
        return vectors / ops.maximum(length, 1e-12)
