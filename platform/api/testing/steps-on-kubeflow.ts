import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { StepGrants } from '@visavox/adapters/kubeflow/step/step-grants';
import type { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import { datasetVersion } from '@visavox/core/dataset';
import { canonicalJson, digestOf } from '@visavox/core/digest';
import { type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import { component, pipeline } from '@visavox/pipelines/definition';
import { pino } from 'pino';
import { clientNetworks } from '../client-network.ts';
import { Metrics } from '../metrics.ts';
import { openShell } from '../shell.ts';
import { addStepRoutes } from '../step-routes.ts';

const forecast = component({
  name: 'forecast',
  environment: { packages: ['weather'] },
  outputs: { said: 'string' },
  command: ({ outputs }) => ['python3', 'steps/forecast.py', outputs.said.path],
});
const look = component({
  name: 'look',
  inputs: { images: 'dataset-version' },
  outputs: { seen: 'string' },
  command: ({ inputs, outputs }) => [
    ...['sh', 'steps/look.sh', inputs.images.path, inputs.images.manifest, outputs.seen.path],
  ],
});
const tell = component({
  name: 'tell',
  secrets: { API_TOKEN: 'weather/token' },
  inputs: { words: 'string' },
  outputs: { told: 'string' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'echo "it says $1"; printf "%s with %s" "$1" "$API_TOKEN" | wc -c | tr -d " " > "$2"'],
    ...['tell', inputs.words, outputs.told.path],
  ],
});
/** A step with packages, one with a dataset version, one with a secret. */
export const birdPipeline = pipeline({ name: 'birds', parameters: { images: 'dataset-version' } }, (p) => {
  const said = p.task(forecast).outputs.said;
  p.task(look, { images: p.parameters.images });
  p.task(tell, { words: said });
});

/** The files of its project. */
export const birdSources = {
  'steps/forecast.py': 'import sys, weather\nopen(sys.argv[1], "w").write(f"rain, says {weather.version}")\n',
  'steps/look.sh':
    'cd "$1" && { find . -type f | sort | tr "\\n" " "; cat night/owl.txt; wc -c < "$2"; } > "$3"\n',
};
export const birds = datasetVersion('night-birds', [
  ...['night/owl.txt', 'night/jar.txt'].map((key) => ({
    ...{ key, digest: digestOf(key), bytes: key.length, mediaType: 'text/plain', labels: {}, provenance: {} },
  })),
]);

export async function storeBirds(objects: ObjectStore): Promise<void> {
  for (const item of birds.manifest.items) await putBlob(objects, Buffer.from(item.key));
  await putBlob(objects, Buffer.from(canonicalJson(birds.manifest)));
}

export interface StepServerForTest {
  readonly port: number;
  close(): void;
}

/** A server that answers steps and nobody else. `hostname`: the name by which they reach it. */
export async function stepServer({
  hostname,
  ...resources
}: {
  readonly hostname: string;
  readonly tokens: StepTokens;
  readonly runs: RunStore;
  readonly objects: ObjectStore;
}): Promise<StepServerForTest> {
  const log = pino({ level: 'silent' });
  const app = openShell({
    ...{ log, now: () => new Date(), secureCookies: false, metrics: new Metrics() },
    ...{ networkOf: clientNetworks([]), allowedHosts: new Set([hostname]) },
  });
  addStepRoutes(app, { ...resources, steps: new StepGrants(resources), log });
  const server = await new Promise<ServerType>((resolve) => {
    const starting = serve({ fetch: app.fetch, port: 0, hostname: '0.0.0.0' }, () => resolve(starting));
  });
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
