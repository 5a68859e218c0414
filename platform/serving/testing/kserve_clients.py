"""The kserve package's REST and gRPC clients against a running server."""

import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from protocol_checks import ROWS, bundle_version, grpc_address, http_address, run, same


def kserve_request(binary):
    inputs = []
    for name, row in ROWS.items():
        if name == "FP16" and not binary:
            continue
        if name in ("UINT64", "INT64", "FP32") and not binary:
            row = np.array([[1, 2]], row.dtype)
        tensor = InferInput(f"{name.lower()}_in", list(row.shape), name)
        tensor.set_data_from_numpy(row, binary_data=binary)
        inputs.append(tensor)
    return InferRequest(model_name="echo", infer_inputs=inputs, request_id="seven")


async def check_kserve_rest():
    client = InferenceRESTClient(RESTConfig(protocol="v2", retries=1))
    base = f"http://{http_address}"
    assert await client.is_server_live(base) and await client.is_server_ready(base)
    assert await client.is_model_ready(base, "echo")
    assert not await client.is_model_ready(base, "nobody")
    request = kserve_request(binary=True)
    request.request_outputs = [RequestedOutput(f"{name.lower()}_out", {"binary_data": True}) for name in ROWS]
    answer = await client.infer(base, request, model_name="echo")
    assert answer.id == "seven" and answer.model_version in (None, bundle_version)
    for output, row in zip(answer.outputs, ROWS.values(), strict=True):
        same(output.as_numpy(), row)
    rows = InferInput("a", [1, 3], "FP32", data=[1.0, 2.0, 3.0]), InferInput("b", [1, 3], "FP32", data=[[1, 1, 1]])
    answer = await client.infer(base, InferRequest(model_name="sum", infer_inputs=list(rows)), model_name="sum")
    assert answer.outputs[0].data == [2.0, 3.0, 4.0], answer.outputs[0].data
    try:
        await client.infer(base, InferRequest(model_name="sum", infer_inputs=list(rows)[:1]), model_name="sum")
    except Exception as error:
        assert "400" in str(error) and "misses the input" in str(error), str(error)
    else:
        raise AssertionError("it was not refused")
    await client.close()


async def check_kserve_grpc():
    client = InferenceGRPCClient(grpc_address)
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready("echo")
    answer = await client.infer(kserve_request(binary=True))
    assert answer.id == "seven"
    for output, row in zip(answer.outputs, ROWS.values(), strict=True):
        same(output.as_numpy(), row)
    rows = InferInput("a", [1, 3], "FP32", data=[1.0, 2.0, 3.0]), InferInput("b", [1, 3], "FP32", data=[1, 1, 1])
    answer = await client.infer(InferRequest(model_name="sum", infer_inputs=list(rows)))
    assert list(answer.outputs[0].data) == [2.0, 3.0, 4.0], answer.outputs[0].data
    await client.close()


run(globals())
