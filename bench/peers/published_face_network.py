"""dlib's half of the face network as it was published: what one network costs to serve, one pass a request.

python published_face_network.py face-backbone.keras OUT.onnx
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from visavox_training import face_backbone
from visavox_training.dlib_face import NAME, SIZE
from visavox_training.export import to_onnx


def main(source: str, out: str) -> None:
    """Exports the network with its image as the whole model takes it: [n, 150, 150, 3] to [n, 128]."""
    # Keras finds the layers by their names among the modules that were imported.
    whole = keras.models.load_model(source, {"Square": face_backbone.Square}, compile=False)
    image = keras.Input((SIZE, SIZE, 3), name="image")
    model = keras.Model(image, whole.get_layer(NAME)(keras.layers.Permute((3, 1, 2))(image)))
    example = np.random.default_rng(1).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    axes = {"image": {0: "n"}, "features": {0: "n"}}
    Path(out).write_bytes(to_onnx(model, example, input_name="image", output_name="features", dynamic=axes))


if __name__ == "__main__":
    main(*sys.argv[1:])
