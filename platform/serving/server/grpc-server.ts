import { fileURLToPath } from 'node:url';
import {
  type handleUnaryCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type FaultKind, UserError } from '@visavox/core/errors';
import type { BufferPool } from '../models/buffer-pool.ts';
import type { ModelService } from '../models/model-service.ts';
import { badRequest } from '../protocol/datatype.ts';
import {
  inferResponse,
  type ModelInferRequest,
  type ModelInferResponse,
  tensorsOfRequest,
} from './grpc-messages.ts';
import { modelMetadata, serverExtensions, serverName, serverVersion } from './metadata.ts';
import type { ServingMetrics } from './metrics.ts';

export interface GrpcResources {
  readonly service: ModelService;
  readonly metrics: ServingMetrics;
  readonly maxRequestBytes: number;
  readonly buffers: BufferPool;
  /** A fault that nobody outside can mend. */
  readonly log: (error: unknown) => void;
}

const statusOfKind: Readonly<Record<FaultKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  conflict: status.ABORTED,
  gone: status.CANCELLED,
  'too-large': status.RESOURCE_EXHAUSTED,
  'too-many': status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
};

interface NamedModel {
  readonly name: string;
  readonly version: string;
}

/** The protocol's gRPC half, `inference.GRPCInferenceService`. */
export function createGrpcServer(resources: GrpcResources): Server {
  const { service, maxRequestBytes, log } = resources;
  const server = new Server({
    // What is not tensors is small; the limit of a request is meant for the tensors.
    'grpc.max_receive_message_length': maxRequestBytes + 64 * 1024,
    'grpc.max_send_message_length': -1,
  });
  const unary =
    <Request, Response>(
      answer: (request: Request, cancelled: () => boolean) => Promise<Response> | Response,
    ): handleUnaryCall<Request, Response> =>
    async (call, callback) => {
      try {
        callback(null, await answer(call.request, () => call.cancelled));
      } catch (error) {
        if (!(error instanceof UserError)) log(error);
        callback(
          error instanceof UserError
            ? { code: statusOfKind[error.kind], details: `${error.message}. ${error.action}` }
            : { code: status.INTERNAL, details: 'the server failed; its log says why' },
        );
      }
    };
  server.addService(definition(), {
    ServerLive: unary(() => ({ live: true })),
    ServerReady: unary(() => ({ ready: service.ready })),
    ModelReady: unary(({ name, version }: NamedModel) => ({
      ready:
        service.ready &&
        service.models.some((model) => model.name === name && (!version || model.version === version)),
    })),
    ServerMetadata: unary(() => ({ name: serverName, version: serverVersion, extensions: serverExtensions })),
    ModelMetadata: unary(({ name, version }: NamedModel) => modelMetadata(service.find(name, version))),
    ModelInfer: unary((request: ModelInferRequest, cancelled) => infer(resources, request, cancelled)),
  });
  return server;
}

/** Answers the port that was bound. */
export function listenGrpc(server: Server, host: string, port: number): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((done, fail) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? fail(error) : done(bound),
    );
  });
}

async function infer(
  { service, metrics, buffers }: GrpcResources,
  request: ModelInferRequest,
  abandoned: () => boolean,
): Promise<ModelInferResponse> {
  let known = '';
  try {
    const started = performance.now();
    const model = service.find(request.model_name, request.model_version);
    known = model.name;
    for (const { name, parameters } of request.outputs)
      if ('classification' in parameters)
        throw badRequest(
          `the output "${name}" asks for classification, which is not served here`,
          'Ask for the tensor.',
        );
    const inference = await service.infer(model, {
      inputs: tensorsOfRequest(request, buffers),
      outputs: request.outputs.length > 0 ? request.outputs.map(({ name }) => name) : undefined,
      abandoned,
    });
    const response = inferResponse(model, request, inference.outputs);
    metrics.answered(known, 'grpc', inference, performance.now() - started);
    return response;
  } catch (error) {
    metrics.failed(known, 'grpc', error instanceof UserError ? error.code : 'internal');
    throw error;
  }
}

function definition() {
  const file = fileURLToPath(new URL('./open-inference.proto', import.meta.url));
  const loaded = loadPackageDefinition(loadSync(file, { keepCase: true, longs: String, defaults: true }));
  // The file above declares it; grpc-js cannot know that.
  const { GRPCInferenceService } = loaded.inference as unknown as {
    GRPCInferenceService: ServiceClientConstructor;
  };
  return GRPCInferenceService.service;
}
