import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putBundle } from '@visavox/core/bundle';
import { InMemoryObjects } from '@visavox/core/in-memory-objects.fixture';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleOf } from '../testing/bundle-folder.ts';
import { echoGraph, onnxFile, sumGraph } from '../testing/onnx-file.ts';
import { LocalBundleServers } from './local-bundle-servers.ts';

let folder: string;
let objects: InMemoryObjects;
let servers: LocalBundleServers;
const faults: unknown[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-servers-'));
  objects = new InMemoryObjects();
  servers = await LocalBundleServers.open({
    ...{ objects, folder: join(folder, 'serving') },
    log: (error) => faults.push(error),
  });
});
afterEach(async () => {
  await servers.close();
  await rm(folder, { recursive: true, force: true });
  expect(faults).toEqual([]);
});

const echo = bundleOf({
  'echo.onnx': onnxFile(echoGraph),
  'licence.txt': Buffer.from('anyone may use this'),
});
const sum = bundleOf({ 'networks/sum.onnx': onnxFile(sumGraph) });
const modelsAt = async (url: string) => {
  const answer = await fetch(`${url}/v2/repository/index`, { method: 'POST' });
  return ((await answer.json()) as { name: string }[]).map(({ name }) => name);
};

describe('model servers on this machine', () => {
  it('serve two bundles side by side, each at an address of its own', async () => {
    const [first, second] = [await putBundle(objects, echo), await putBundle(objects, sum)];
    const [one, other] = await Promise.all([servers.bringUp(first), servers.bringUp(second)]);
    expect(await modelsAt(one)).toEqual(['echo']);
    expect(await modelsAt(other)).toEqual(['sum']);
    expect(await servers.bringUp(first)).toBe(one);
  });

  it('end with their files when they are retired, and come up again when they are wanted', async () => {
    const bundle = await putBundle(objects, echo);
    const before = await servers.bringUp(bundle);
    await servers.retire(bundle);
    await servers.retire(bundle);
    await expect(fetch(`${before}/v2`)).rejects.toThrow();
    expect(await readdir(join(folder, 'serving', String(process.pid)))).toEqual([]);
    expect(await modelsAt(await servers.bringUp(bundle))).toEqual(['echo']);
    await servers.close();
    expect(existsSync(join(folder, 'serving', String(process.pid)))).toBe(false);
  });

  it('begin with what a killed process left removed, and leave that of one that lives', async () => {
    const at = (name: string) => join(folder, 'others', name);
    for (const name of ['999999999', '1', String(process.pid)]) await mkdir(at(name), { recursive: true });
    await LocalBundleServers.open({ objects, folder: join(folder, 'others'), log: () => {} });
    expect(await readdir(join(folder, 'others'))).toEqual(['1']);
  });

  it('refuse a bundle without networks, and say how to get one that has some', async () => {
    const bundle = await putBundle(objects, bundleOf({ 'iris.joblib': Buffer.from('…') }));
    await expect(servers.bringUp(bundle)).rejects.toMatchObject({
      code: 'model_not_servable',
      action: expect.stringContaining('export ONNX'),
    });
  });

  it('leave nothing of what could not be loaded, and try it again', async () => {
    const bundle = await putBundle(objects, bundleOf({ 'broken.onnx': Buffer.from('no network') }));
    await expect(servers.bringUp(bundle)).rejects.toThrow();
    await expect(servers.bringUp(bundle)).rejects.toThrow();
    expect(await readdir(join(folder, 'serving', String(process.pid)))).toEqual([]);
  });
});
