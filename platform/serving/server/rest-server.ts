import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { statusOfFaultKind, UserError } from '@visavox/core/errors';
import { parseInvocation } from '../invocations/invocation.ts';
import { predictionsText } from '../invocations/predictions.ts';
import type { BufferPool } from '../models/buffer-pool.ts';
import type { ModelService } from '../models/model-service.ts';
import { parseHeaderLength, parseInferRequest } from '../protocol/infer-request.ts';
import { encodeInferResponse } from '../protocol/infer-response.ts';
import { modelMetadata, serverExtensions, serverName, serverVersion } from './metadata.ts';
import type { ServingMetrics } from './metrics.ts';
import { readBody } from './request-body.ts';

export interface RestResources {
  readonly service: ModelService;
  readonly metrics: ServingMetrics;
  readonly maxRequestBytes: number;
  readonly buffers: BufferPool;
  /** A fault that nobody outside can mend. */
  readonly log: (error: unknown) => void;
}

/** Where HTTP says it more precisely than the kind of fault does. */
const statusOfCode: Readonly<Record<string, number>> = {
  method_not_allowed: 405,
  compressed_request: 415,
  content_type_unsupported: 415,
};

/** The protocol's REST half on Node's own server: a router would cost more than the whole of the path here. */
export function createRestServer(resources: RestResources): Server {
  return createServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
    void answer(resources, request, response);
  });
}

async function answer(
  resources: RestResources,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (resources.service.draining) response.setHeader('connection', 'close');
  try {
    await route(resources, request, response);
  } catch (error) {
    const fault = error instanceof UserError ? error : undefined;
    if (!fault) resources.log(error);
    if (response.destroyed || response.headersSent) return;
    // What is left of the body is read and dropped; from a sender of far too much the connection is taken instead.
    if (fault?.kind === 'too-large') response.setHeader('connection', 'close');
    else request.resume();
    sendJson(response, fault ? (statusOfCode[fault.code] ?? statusOfFaultKind[fault.kind]) : 500, {
      error: fault ? `${fault.message}. ${fault.action}` : 'the server failed; its log says why',
    });
  }
}

async function route(
  resources: RestResources,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, metrics } = resources;
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  const parts = (query < 0 ? url : url.slice(0, query)).split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  if (parts[0] === 'v2' && parts[1] === 'models' && parts[2]) {
    const version = parts[3] === 'versions' ? parts[4] : undefined;
    const verb = parts[3] === 'versions' ? parts.slice(5) : parts.slice(3);
    if (verb.length <= 1)
      return routeModel(resources, { request, response, name: parts[2], version, verb: verb[0] });
  }
  switch (parts.join('/')) {
    case 'v2':
      allow(request, 'GET');
      return sendJson(response, 200, {
        name: serverName,
        version: serverVersion,
        extensions: serverExtensions,
        ...(service.bundle && { bundle: service.bundle }),
      });
    case 'v2/health/live':
      allow(request, 'GET');
      return sendJson(response, 200, { live: true });
    case 'v2/health/ready':
      allow(request, 'GET');
      return sendJson(response, service.ready ? 200 : 503, { ready: service.ready });
    case 'v2/repository/index':
      allow(request, 'POST');
      request.resume();
      return sendJson(
        response,
        200,
        service.models.map(({ name, version }) => ({ name, version, state: 'READY', reason: '' })),
      );
    case 'invocations':
      allow(request, 'POST');
      return invoke(resources, request, response);
    case 'ping':
      allow(request, 'GET');
      response.writeHead(service.ready ? 200 : 503).end('\n');
      return;
    case 'metrics':
      allow(request, 'GET');
      response.setHeader('content-type', metrics.contentType);
      response.end(await metrics.text());
      return;
    default:
      throw new UserError({
        kind: 'not-found',
        code: 'no_such_endpoint',
        message: `there is nothing at ${url.slice(0, 200)}`,
        action: 'See the Open Inference Protocol v2, which begins at /v2, and MLflow’s /invocations.',
      });
  }
}

interface ModelCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly name: string;
  readonly version: string | undefined;
  readonly verb: string | undefined;
}

async function routeModel(resources: RestResources, call: ModelCall): Promise<void> {
  const { service } = resources;
  const { request, response, version } = call;
  const name = decodeName(call.name);
  switch (call.verb) {
    case 'infer':
      allow(request, 'POST');
      return infer(resources, { ...call, name });
    case 'ready': {
      allow(request, 'GET');
      const ready = service.find(name, version) !== undefined && service.ready;
      return sendJson(response, ready ? 200 : 503, { name, ready });
    }
    case undefined:
      allow(request, 'GET');
      return sendJson(response, 200, modelMetadata(service.find(name, version)));
    default:
      throw new UserError({
        kind: 'not-found',
        code: 'no_such_endpoint',
        message: `a model has no "${call.verb}"`,
        action: 'It has metadata, /ready and /infer.',
      });
  }
}

async function infer(resources: RestResources, call: ModelCall): Promise<void> {
  const { service, metrics, maxRequestBytes, buffers } = resources;
  const { request, response } = call;
  let known = '';
  try {
    const model = service.find(call.name, call.version);
    known = model.name;
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw compressed(encoding);
    const header = request.headers['inference-header-content-length'];
    const headerLength = parseHeaderLength(Array.isArray(header) ? header[0] : header);
    const body = await readBody(request, { limit: maxRequestBytes, alignAt: headerLength ?? 0, buffers });
    const started = performance.now();
    const parsed = parseInferRequest(body, headerLength);
    const inference = await service.infer(model, {
      inputs: parsed.inputs,
      outputs: parsed.outputs?.map(({ name }) => name),
      abandoned: () => response.destroyed,
    });
    sendInference(response, encodeInferResponse(model, parsed, inference.outputs));
    metrics.answered(known, 'rest', inference, performance.now() - started);
  } catch (error) {
    metrics.failed(known, 'rest', error instanceof UserError ? error.code : 'internal');
    throw error;
  }
}

/** MLflow's way to ask, of a bundle with one network. */
async function invoke(
  { service, metrics, maxRequestBytes, buffers }: RestResources,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [only, another] = service.models;
  if (another) throw severalModels(service.models.map(({ name }) => name));
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw noJson(type);
  const model = service.find(only?.name ?? '', undefined);
  try {
    const body = await readBody(request, { limit: maxRequestBytes, alignAt: 0, buffers });
    const started = performance.now();
    const invocation = parseInvocation(body, model.signature);
    const inference = await service.infer(model, {
      ...{ inputs: invocation.inputs, outputs: undefined, abandoned: () => response.destroyed },
    });
    sendText(response, 200, predictionsText(inference.outputs, invocation));
    metrics.answered(model.name, 'rest', inference, performance.now() - started);
  } catch (error) {
    metrics.failed(model.name, 'rest', error instanceof UserError ? error.code : 'internal');
    throw error;
  }
}

function sendInference(
  response: ServerResponse,
  { header, parts }: ReturnType<typeof encodeInferResponse>,
): void {
  if (parts.length === 0) {
    sendText(response, 200, header);
    return;
  }
  const head = Buffer.from(header, 'utf8');
  const length = parts.reduce((total, part) => total + part.byteLength, head.length);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': head.length,
    'content-length': length,
  });
  response.end(Buffer.concat([head, ...parts], length));
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function allow(request: IncomingMessage, method: 'GET' | 'POST'): void {
  if (request.method === method || (method === 'GET' && request.method === 'HEAD')) return;
  throw new UserError({
    kind: 'invalid',
    code: 'method_not_allowed',
    message: `${request.method} is not for ${request.url?.slice(0, 200)}`,
    action: `Use ${method}.`,
  });
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function severalModels(names: readonly string[]): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'model_needed',
    message: `/invocations names no model, and there are several: ${names.join(', ')}`,
    action: 'Ask /v2/models/NAME/infer.',
  });
}

function noJson(type: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'content_type_unsupported',
    message: `expected application/json, received ${type.slice(0, 100)}`,
    action: 'Send JSON with dataframe_split, dataframe_records, instances or inputs.',
  });
}

function compressed(encoding: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'compressed_request',
    message: `the request is compressed (${encoding.slice(0, 40)})`,
    action: 'Send it uncompressed; tensors hardly shrink.',
  });
}
