"""kserve's Python model server around onnxruntime: NETWORK HTTP_PORT GRPC_PORT."""

import logging
import sys
import uuid

import onnxruntime
from kserve import InferOutput, InferResponse, Model, ModelServer

network, http_port, grpc_port = sys.argv[1:4]


class Network(Model):
    def load(self):
        self.session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        feeds = {tensor.name: tensor.as_numpy() for tensor in payload.inputs}
        outputs = []
        for described, values in zip(self.session.get_outputs(), self.session.run(None, feeds), strict=True):
            output = InferOutput(described.name, list(values.shape), "FP32")
            output.set_data_from_numpy(values, binary_data=True)
            outputs.append(output)
        return InferResponse(payload.id or str(uuid.uuid4()), self.name, outputs)


# A line a call is not what is measured.
logging.getLogger("kserve").setLevel(logging.WARNING)
model = Network("face-backbone")
model.load()
ModelServer(
    http_port=int(http_port),
    grpc_port=int(grpc_port),
    workers=1,
    enable_latency_logging=False,
    access_log_format=None,
).start([model])
