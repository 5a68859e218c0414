"""What TensorFlow.js itself makes of the published networks, to compare the converted ones with."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np


def run_tensorflow_js(packages: Path, images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Runs blazeface, facemesh and face-api's recognition network in Node, on the CPU.

    Args:
        packages: the node_modules folder.
        images: RGB of 0 to 255: `blazeface` [1,256,256,3], `facemesh` [1,192,192,3], `face` [1,150,150,3].

    Returns:
        Flat outputs by name: `blazeface.boxes`, `blazeface.scores`, `facemesh.landmarks`, `facemesh.confidence`,
        `face.features`.
    """
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("Node is not on the PATH; it runs the published networks for comparison.")
    script = Path(__file__).with_suffix(".mjs")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, image in images.items():
            image.astype("<f4").tofile(folder / f"{name}.f32")
        command = [node, str(script), str(packages.resolve()), str(folder)]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"TensorFlow.js could not run the published networks: {run.stderr[-500:]}")
        outputs = [file for file in folder.iterdir() if file.stem not in images]
        return {file.stem: np.fromfile(file, "<f4") for file in outputs}
