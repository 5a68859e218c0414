"""What a head is trained with."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("visavox")
class TowardsChampion(keras.regularizers.Regularizer):
    """strength * the squared distance to the champion's values: a Gaussian prior around them.

    Args:
        champion: values that the weights are drawn to.
        strength: the prior's precision.
    """

    def __init__(self, champion: np.ndarray, strength: float):
        self.champion = np.asarray(champion, np.float32)
        self.strength = strength

    def __call__(self, weights):
        return self.strength * ops.sum(ops.square(weights - ops.convert_to_tensor(self.champion)))

    def get_config(self):
        return {"champion": self.champion.tolist(), "strength": self.strength}


def prototype_loss(embeddings, membership, *, scale: float, margin: float):
    """Cross-entropy of telling each recording's person by the nearest mean of a person's other recordings.

    The generalised end-to-end loss of Wan et al. (2018) with an additive cosine margin (Wang et al., 2018); each person
    weighs the same, however many recordings there are.

    Args:
        embeddings: [n, d], of unit length.
        membership: [n, people], 1 where a recording is a person's, else 0; every person has at least two.
        scale: factor of the cosines.
        margin: what the cosine to the own person has to be better by.
    """
    sums = ops.matmul(ops.transpose(membership), embeddings)
    to_others = ops.matmul(embeddings, ops.transpose(_unit(sums)))
    own = _unit(ops.matmul(membership, sums) - embeddings)
    to_own = ops.sum(embeddings * own, axis=1, keepdims=True)
    cosines = ops.where(membership > 0, to_own - margin, to_others)
    log_likelihood = ops.sum(ops.log_softmax(scale * cosines, axis=1) * membership, axis=1)
    weights = ops.matmul(membership, 1 / ops.sum(membership, axis=0))
    return -ops.sum(weights * log_likelihood) / ops.sum(weights)


def _unit(vectors):
    return vectors / ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-12)
