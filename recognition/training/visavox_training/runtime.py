"""Settings that make one seed and one number of threads give the same bits every time."""

import os
import random


def limit_threads(threads: int) -> None:
    """For numpy, which reads the environment once, when it is imported."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)


def configure(seed: int = 0, threads: int = 1) -> None:
    """Chooses Keras' PyTorch backend, seeds every generator, fixes threads and deterministic kernels.

    Has to run before Keras is imported, since Keras reads its backend from the environment then.
    """
    os.environ["KERAS_BACKEND"] = "torch"
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)

    limit_threads(threads)
    import keras
    import numpy
    import torch

    if keras.backend.backend() != "torch":
        raise RuntimeError(
            "Keras was imported before its backend was chosen. "
            f"Expected the backend 'torch'. Received: '{keras.backend.backend()}'"
        )
    random.seed(seed)
    numpy.random.seed(seed)
    keras.utils.set_random_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    keras.backend.set_image_data_format("channels_last")
