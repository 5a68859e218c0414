"""Serves a model that MLflow saved: MLflow's own scoring server, and the Open Inference Protocol v2 beside it.

    python serve_model.py FOLDER NAME VERSION PORT

Runs in the model's own environment, with nothing but what MLflow needs. Ends with whoever started it: when its standard
input ends. PORT 0 chooses a free one; the port is printed as one line of JSON once the model answers.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from typing import Any

import mlflow.pyfunc
import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from mlflow.pyfunc import scoring_server

DATATYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
    "BYTES": np.object_,
}
NAMES = {np.dtype(kind): name for name, kind in DATATYPES.items()}
# What MLflow calls the types of columns.
COLUMNS = {"boolean": "BOOL", "integer": "INT32", "long": "INT64", "float": "FP32", "double": "FP64"}


class RequestError(Exception):
    """What was sent is not what the protocol or the model takes."""


def main() -> None:
    folder, name, version, port = sys.argv[1:5]
    threading.Thread(target=end_with_parent, daemon=True).start()
    model = mlflow.pyfunc.load_model(folder)
    app = scoring_server.init(model)
    add_open_inference(app, model, name, version)
    listening = socket.create_server(("127.0.0.1", int(port)))
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def add_open_inference(app: FastAPI, model: Any, name: str, version: str) -> None:
    schema, outputs = model.metadata.get_input_schema(), model.metadata.get_output_schema()

    def of_model(asked: str, answer: Any) -> Any:
        if asked != name:
            return JSONResponse({"error": f'there is no model "{asked}"; there is: {name}'}, 404)
        return answer

    @app.get("/v2")
    def server() -> Any:
        return {"name": "mlflow", "version": mlflow.__version__, "extensions": []}

    @app.get("/v2/health/live")
    def live() -> Any:
        return {"live": True}

    @app.get("/v2/health/ready")
    def ready() -> Any:
        return {"ready": True}

    @app.get("/v2/models/{asked}/ready")
    def model_ready(asked: str) -> Any:
        return of_model(asked, {"name": asked, "ready": True})

    @app.get("/v2/models/{asked}")
    def metadata(asked: str) -> Any:
        tensors = {"inputs": described(schema, "input"), "outputs": described(outputs, "predictions")}
        return of_model(asked, {"name": name, "versions": [version], "platform": "mlflow", **tensors})

    @app.post("/v2/models/{asked}/infer")
    async def infer(asked: str, request: Request) -> Any:
        if asked != name:
            return of_model(asked, None)
        try:
            body = await request.json()
        except ValueError:
            return JSONResponse({"error": "the body is no JSON; this model has no binary tensors"}, 400)
        # A prediction computes: others are answered meanwhile.
        return await app_thread(lambda: predicted(model, schema, outputs, body, name, version))


async def app_thread(work: Any) -> Any:
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(work)


def predicted(model: Any, schema: Any, outputs: Any, body: Any, name: str, version: str) -> Any:
    try:
        data = input_of(body, schema)
        answer = {"model_name": name, "model_version": version}
        if isinstance(body.get("id"), str):
            answer["id"] = body["id"]
        return JSONResponse({**answer, "outputs": tensors_of(model.predict(data), outputs)})
    except (RequestError, mlflow.exceptions.MlflowException) as error:
        return JSONResponse({"error": str(error)}, 400)
    except Exception as error:  # whatever the model raises about what it was given
        return JSONResponse({"error": f"the model failed: {error!r}"}, 500)


def input_of(body: Any, schema: Any) -> Any:
    """A data frame where the signature has columns, else an array, or arrays by name."""
    if not isinstance(body, dict) or not isinstance(body.get("inputs"), list) or not body["inputs"]:
        raise RequestError('expected an object with a list "inputs"')
    arrays = dict(array_of(tensor) for tensor in body["inputs"])
    if schema is not None and not schema.is_tensor_spec():
        return frame_of(arrays, schema)
    if len(arrays) == 1 and not (schema is not None and schema.has_input_names()):
        return next(iter(arrays.values()))
    return arrays


def array_of(tensor: Any) -> tuple[str, Any]:
    try:
        name, datatype, shape, data = (tensor[key] for key in ("name", "datatype", "shape", "data"))
    except (TypeError, KeyError) as error:
        raise RequestError(f"a tensor has name, datatype, shape and data; {error} is missing") from None
    if datatype not in DATATYPES:
        raise RequestError(f'"{name}" has the datatype {datatype}; expected one of {", ".join(DATATYPES)}')
    try:
        return name, np.array(data, dtype=DATATYPES[datatype]).reshape(shape)
    except (TypeError, ValueError, OverflowError) as error:
        raise RequestError(f'"{name}" is not {datatype} of the shape {shape}: {error}') from None


def frame_of(arrays: dict[str, Any], schema: Any) -> pd.DataFrame:
    """A tensor for each column or, of a model whose columns are of one type, one of all of them."""
    columns = schema.input_names()
    if len(arrays) == 1 and set(arrays) != set(columns):
        only = next(iter(arrays.values()))
        if only.ndim != 2 or (columns and only.shape[1] != len(columns)):
            raise RequestError(f"expected {len(columns)} columns, received the shape {list(only.shape)}")
        return pd.DataFrame(only, columns=columns or None)
    flat = {name: array.reshape(-1) if array.size == len(array) else list(array) for name, array in arrays.items()}
    if len({len(values) for values in flat.values()}) > 1:
        raise RequestError("the tensors have different numbers of rows")
    return pd.DataFrame(flat)


def tensors_of(prediction: Any, schema: Any) -> list[dict[str, Any]]:
    names = schema.input_names() if schema is not None and schema.has_input_names() else []
    if isinstance(prediction, pd.DataFrame):
        return [tensor_of(str(name), prediction[name].to_numpy()) for name in prediction.columns]
    if isinstance(prediction, dict):
        return [tensor_of(str(name), np.asarray(values)) for name, values in prediction.items()]
    if isinstance(prediction, tuple):
        return [
            tensor_of(names[index] if index < len(names) else f"output-{index}", np.asarray(values))
            for index, values in enumerate(prediction)
        ]
    return [tensor_of(names[0] if len(names) == 1 else "predictions", np.asarray(prediction))]


def tensor_of(name: str, array: Any) -> dict[str, Any]:
    datatype = NAMES.get(array.dtype, "BYTES")
    flat = array.reshape(-1)
    data = [str(value) for value in flat] if datatype == "BYTES" else flat.tolist()
    return {"name": name, "datatype": datatype, "shape": list(array.shape), "data": data}


def described(schema: Any, one: str) -> list[dict[str, Any]]:
    """What a signature says; nothing where the model was saved without."""
    if schema is None:
        return []
    alone = len(schema.inputs) == 1
    return [
        {
            "name": part.name or (one if alone else f"{one}-{index}"),
            "datatype": datatype_of(part, tensor=schema.is_tensor_spec()),
            "shape": list(part.shape) if schema.is_tensor_spec() else [-1],
        }
        for index, part in enumerate(schema.inputs)
    ]


def datatype_of(part: Any, *, tensor: bool) -> str:
    if tensor:
        return NAMES.get(np.dtype(part.type), "BYTES")
    return COLUMNS.get(getattr(part.type, "name", ""), "BYTES")


if __name__ == "__main__":
    main()
