"""How unlikely what was said is under what the network hears."""

import keras
from keras import ops

from visavox_training.digit_recogniser import BLANK


@keras.saving.register_keras_serializable("visavox")
class TranscriptionLoss(keras.losses.Loss):
    """Connectionist temporal classification (Graves et al., 2006), per digit that is said.

    `y_true`: [n, 2 + most digits], integers: frames that the network answers, how many digits, the digits. `y_pred`:
    [n, frames, 11], log-probabilities. Result: [n]. Unlike `keras.losses.CTC`, it leaves out the frames that only
    fill a batch.
    """

    def __init__(self, name="transcription", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        targets = ops.cast(y_true, "int64")
        frames, lengths = targets[:, 0], targets[:, 1]
        losses = ops.ctc_loss(targets[:, 2:], y_pred, lengths, frames, mask_index=BLANK)
        return losses / ops.cast(ops.maximum(lengths, 1), losses.dtype)
