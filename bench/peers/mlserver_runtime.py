"""A runtime of mlserver around onnxruntime; the model's settings name the network as their URI."""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Network(MLModel):
    async def load(self) -> bool:
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feeds = {tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs}
        names = [output.name for output in self.session.get_outputs()]
        outputs = [
            NumpyCodec.encode_output(name, values)
            for name, values in zip(names, self.session.run(None, feeds), strict=True)
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)
