"""Saves models of several flavours with MLflow, into the folder that is named, and inputs to ask them with."""

import json
import os
import sys
from pathlib import Path

import mlflow
import numpy as np
import onnx
import pandas as pd
import torch
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression

folder = Path(sys.argv[1])
# Found out by loading the model once more where they are not given.
packages = {"pip_requirements": ["mlflow"]}

table = pd.DataFrame({"length": [1.0, 2.5], "width": [3.0, 4.0]})
linear = LinearRegression().fit(table, [1.0, 2.0])
signature = mlflow.models.infer_signature(table, linear.predict(table))
mlflow.sklearn.save_model(linear, str(folder / "sklearn"), signature=signature, input_example=table, **packages)
mlflow.sklearn.save_model(linear, str(folder / "unsigned"), **packages)

layer = torch.nn.Linear(2, 3)
tensor = np.ones((2, 2), dtype=np.float32)
signature = mlflow.models.infer_signature(tensor, layer(torch.from_numpy(tensor)).detach().numpy())
mlflow.pytorch.save_model(
    layer, str(folder / "pytorch"), signature=signature, serialization_format="pickle", **packages
)


class Frame(mlflow.pyfunc.PythonModel):
    """Returns a table, with a text in it."""

    def predict(self, context: object, model_input: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"sum": model_input.sum(axis=1), "word": ["a", "b"][: len(model_input)]})


mlflow.pyfunc.save_model(str(folder / "frame"), python_model=Frame(), **packages)


class Surroundings(mlflow.pyfunc.PythonModel):
    """Returns which process answered, and what it found in its environment."""

    def predict(self, context: object, model_input: pd.DataFrame) -> pd.DataFrame:
        names = ["THRESHOLD", "TOKEN", "OMP_NUM_THREADS", "NOT_NAMED"]
        return pd.DataFrame([{"pid": str(os.getpid()), **{name: os.environ.get(name, "") for name in names}}])


class Talkative(mlflow.pyfunc.PythonModel):
    """Says what it is not to say, and cannot be loaded."""

    def load_context(self, context: object) -> None:
        raise RuntimeError(f"no entry with {os.environ['TOKEN']} and {os.environ['THRESHOLD']}")

    def predict(self, context: object, model_input: pd.DataFrame) -> pd.DataFrame:
        return model_input


mlflow.pyfunc.save_model(str(folder / "surroundings"), python_model=Surroundings(), **packages)
mlflow.pyfunc.save_model(str(folder / "talkative"), python_model=Talkative(), **packages)


def network(inputs: list[str], shape: list[object]) -> onnx.ModelProto:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in inputs]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    node = helper.make_node("Add", [inputs[0], inputs[-1]], ["y"])
    graph = helper.make_graph([node], "graph", values, [result])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


mlflow.onnx.save_model(network(["x"], ["n", 2]), str(folder / "one"), **packages)
mlflow.onnx.save_model(network(["a", "b"], ["n"]), str(folder / "two"), **packages)

columns = {"columns": ["length", "width"], "data": [[1.5, 2], [3, 4.25]]}
records = [{"length": 1.5, "width": 2}, {"length": 3, "width": 4.25}]
rows = [[1.5, 2], [3, 4.25]]
tables = [{"dataframe_split": columns}, {"dataframe_records": records}]
pair = {"a": [1.5, 2], "b": [3, 4.25]}
asked = {
    "sklearn": [*tables, {"inputs": {"length": [1.5, 3], "width": [2, 4.25]}}, {"instances": records}],
    "unsigned": [*tables, {"instances": rows}, {"inputs": rows}],
    "pytorch": [{"inputs": rows}, {"instances": rows}],
    "frame": tables,
    "one": [*tables, {"inputs": {"x": rows}}, {"instances": rows}, {"inputs": rows}],
    "two": [
        {"dataframe_split": {"columns": ["a", "b"], "data": rows}},
        {"dataframe_records": [{"a": 1.5, "b": 2.5}]},
        {"inputs": pair},
        {"instances": [{"a": 1.5, "b": 2}, {"a": 3, "b": 4.25}]},
    ],
}
(folder / "asked.json").write_text(json.dumps(asked))
