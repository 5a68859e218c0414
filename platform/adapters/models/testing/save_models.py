"""Saves a model of each kind as people do, into the folder that is named."""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import mlflow
import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LinearRegression

folder = Path(sys.argv[1])

table = pd.DataFrame({"length": [1.0, 2.0], "width": [3, 4]})
linear = LinearRegression().fit(table, [1.0, 2.0])
signature = mlflow.models.infer_signature(table, linear.predict(table))
pinned = {"pip_requirements": ["scikit-learn==1.9.1  # pinned", "pandas"]}
mlflow.sklearn.save_model(linear, folder / "sklearn", signature=signature, input_example=table, **pinned)

tensor = np.ones((2, 3), dtype=np.float32)
layer = torch.nn.Linear(3, 1)
signature = mlflow.models.infer_signature(tensor, layer(torch.from_numpy(tensor)).detach().numpy())
mlflow.pytorch.save_model(layer, folder / "pytorch", signature=signature, input_example=tensor, **pinned)

digits = keras.Sequential([keras.Input((28, 28), name="image"), keras.layers.Flatten(), keras.layers.Dense(10)])
(folder / "keras").mkdir()
digits.save(folder / "keras" / "digits.keras")
mlflow.keras.save_model(digits, str(folder / "mlflow-keras"), **pinned)
