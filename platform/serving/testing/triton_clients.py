"""tritonclient, HTTP and gRPC, against a running server."""

import time

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from protocol_checks import IMAGE, ROWS, bundle_version, grpc_address, http_address, run, same
from tritonclient.utils import InferenceServerException


def triton_inputs(module, rows, **options):
    inputs = []
    for name, row in rows.items():
        tensor = module.InferInput(f"{name.lower()}_in", row.shape, name)
        tensor.set_data_from_numpy(row, **options)
        inputs.append(tensor)
    return inputs


def sum_inputs(module, rows=IMAGE):
    inputs = []
    for name in ("a", "b"):
        tensor = module.InferInput(name, rows.shape, "FP32")
        tensor.set_data_from_numpy(rows)
        inputs.append(tensor)
    return inputs


def refused(call, *words):
    try:
        call()
    except InferenceServerException as error:
        text = f"{error.status()} {error.message()}"
        assert all(word in text for word in words), text
    else:
        raise AssertionError("it was not refused")


def triton_metadata(client):
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("sum") and client.is_model_ready("sum", bundle_version)
    assert not client.is_model_ready("nobody")


def check_triton_http_metadata():
    client = triton_http.InferenceServerClient(http_address)
    triton_metadata(client)
    assert client.get_server_metadata()["name"] == "visavox-serving"
    metadata = client.get_model_metadata("sum")
    assert metadata["versions"] == [bundle_version], metadata
    assert metadata["inputs"][0] == {"name": "a", "datatype": "FP32", "shape": [-1, 3]}, metadata
    index = client.get_model_repository_index()
    assert sorted(model["name"] for model in index) == ["echo", "slow", "sum"], index


def check_triton_http_binary_tensors_of_every_datatype():
    client = triton_http.InferenceServerClient(http_address)
    answer = client.infer("echo", triton_inputs(triton_http, ROWS), request_id="seven")
    assert answer.get_response()["id"] == "seven"
    for name, row in ROWS.items():
        same(answer.as_numpy(f"{name.lower()}_out"), row)


def check_triton_http_json_tensors():
    client = triton_http.InferenceServerClient(http_address)
    rows = {name: row for name, row in ROWS.items() if name not in ("FP16", "UINT64", "INT64")}
    rows |= {"UINT64": np.array([[1, 2]], np.uint64), "INT64": np.array([[-1, 2]], np.int64)}
    rows["FP32"] = np.array([[1.5, -2]], np.float32)
    inputs = triton_inputs(triton_http, rows, binary_data=False)
    inputs += triton_inputs(triton_http, {"FP16": ROWS["FP16"]})
    outputs = [triton_http.InferRequestedOutput(f"{name.lower()}_out", binary_data=False) for name in rows]
    answer = client.infer("echo", inputs, outputs=outputs)
    for name, row in rows.items():
        same(answer.as_numpy(f"{name.lower()}_out"), row)


def check_triton_http_many_at_once():
    with triton_http.InferenceServerClient(http_address, concurrency=8) as client:
        calls = [client.async_infer("sum", sum_inputs(triton_http)) for _ in range(32)]
        for call in calls:
            same(call.get_result().as_numpy("c"), IMAGE * 2)


def check_triton_http_errors():
    client = triton_http.InferenceServerClient(http_address)
    inputs = sum_inputs(triton_http)
    refused(lambda: client.infer("nobody", inputs), "404", "there is no model")
    refused(lambda: client.infer("sum", inputs, model_version="2"), "404", "has no version")
    refused(lambda: client.infer("sum", inputs[:1]), "400", 'misses the input "b"')
    refused(lambda: client.infer("sum", sum_inputs(triton_http, IMAGE.reshape(-1, 2))), "400", "[-1, 3]")
    classes = [triton_http.InferRequestedOutput("c", class_count=2)]
    refused(lambda: client.infer("sum", inputs, outputs=classes), "400", "classification")
    refused(lambda: client.infer("sum", inputs, request_compression_algorithm="gzip"), "415")


def check_triton_grpc_metadata():
    client = triton_grpc.InferenceServerClient(grpc_address)
    triton_metadata(client)
    assert client.get_server_metadata().name == "visavox-serving"
    metadata = client.get_model_metadata("sum")
    assert list(metadata.versions) == [bundle_version], metadata
    assert list(metadata.inputs[0].shape) == [-1, 3], metadata


def check_triton_grpc_tensors_of_every_datatype():
    client = triton_grpc.InferenceServerClient(grpc_address)
    answer = client.infer("echo", triton_inputs(triton_grpc, ROWS), request_id="seven")
    assert answer.get_response().id == "seven"
    for name, row in ROWS.items():
        same(answer.as_numpy(f"{name.lower()}_out"), row)


def check_triton_grpc_many_at_once():
    client = triton_grpc.InferenceServerClient(grpc_address)
    answers = []
    done = lambda result, error: answers.append(error or result)  # noqa: E731
    for _ in range(32):
        client.async_infer("sum", sum_inputs(triton_grpc), done)
    while len(answers) < 32:
        time.sleep(0.01)
    client.close()
    for answer in answers:
        same(answer.as_numpy("c"), IMAGE * 2)


def check_triton_grpc_errors():
    client = triton_grpc.InferenceServerClient(grpc_address)
    inputs = sum_inputs(triton_grpc)
    refused(lambda: client.infer("nobody", inputs), "NOT_FOUND", "there is no model")
    refused(lambda: client.get_model_metadata("nobody"), "NOT_FOUND")
    refused(lambda: client.infer("sum", inputs[:1]), "INVALID_ARGUMENT", 'misses the input "b"')
    classes = [triton_grpc.InferRequestedOutput("c", class_count=2)]
    refused(lambda: client.infer("sum", inputs, outputs=classes), "INVALID_ARGUMENT", "classification")


run(globals())
