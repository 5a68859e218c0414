"""The face network as it was published, without the mirror image that the recogniser averages with: one pass a request.

python published_face_network.py face-backbone.keras OUT.onnx
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from visavox_training.export import to_onnx
from visavox_training.face_backbone import SIZE


def main(source: str, out: str) -> None:
    """Exports the trunk behind the input of the whole model: [n, 150, 150, 3] to [n, 128]."""
    whole = keras.models.load_model(source, compile=False)
    image = keras.Input((SIZE, SIZE, 3), name="image")
    upright = whole.get_layer("channels_first")(whole.get_layer("scaled")(image))
    model = keras.Model(image, whole.get_layer("trunk")(upright))
    example = np.random.default_rng(1).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    axes = {"image": {0: "n"}, "features": {0: "n"}}
    Path(out).write_bytes(to_onnx(model, example, input_name="image", output_name="features", dynamic=axes))


if __name__ == "__main__":
    main(*sys.argv[1:])
