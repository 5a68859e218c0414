"""What the network is to become: over a bad line the same voice as the published network hears on a good one."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("visavox")
class TeacherContrast(keras.losses.Loss):
    """One minus the cosine with the teacher's embedding of the clear recording, [n, d] twice to [n]; and to be nearer
    to one's own than to the other recordings of the batch (van den Oord et al., 2018).

    Args:
        weight: of the second part.
        temperature: by which cosines are divided.
        same_person: recordings whose teachers' cosine is higher are not held against each other; no labels are needed.
    """

    def __init__(self, weight=0.3, temperature=0.1, same_person=0.6, name="teacher_contrast", **kwargs):
        super().__init__(name=name, **kwargs)
        self.weight, self.temperature, self.same_person = weight, temperature, same_person

    def call(self, y_true, y_pred):
        teachers, students = _unit(y_true), _unit(y_pred)
        own = ops.eye(ops.shape(teachers)[0])
        others_like_it = ops.cast(ops.matmul(teachers, ops.transpose(teachers)) > self.same_person, "float32")
        logits = ops.matmul(students, ops.transpose(teachers)) / self.temperature
        logits = logits - 1e9 * ops.maximum(others_like_it - own, 0.0)
        contrast = ops.logsumexp(logits, axis=-1) - ops.sum(logits * own, axis=-1)
        return 1 - ops.sum(teachers * students, axis=-1) + self.weight * contrast

    def get_config(self):
        return {
            **super().get_config(),
            "weight": self.weight,
            "temperature": self.temperature,
            "same_person": self.same_person,
        }


def _unit(vectors):
    return vectors / ops.maximum(ops.norm(vectors, axis=-1, keepdims=True), 1e-12)
