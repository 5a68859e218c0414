import { digestOf } from '@visavox/core/digest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleFolder, bundleOf, type TestBundle } from '../testing/bundle-folder.ts';
import { doubleGraph, echoGraph, onnxFile, sumGraph } from '../testing/onnx-file.ts';
import { startTestServing, type TestServing } from '../testing/test-serving.ts';
import { RemoteBundle } from './remote-bundle.ts';

let bundle: TestBundle;
let server: TestServing;
beforeAll(async () => {
  bundle = await bundleFolder(
    bundleOf({
      'double.onnx': onnxFile(doubleGraph),
      'echo.onnx': onnxFile(echoGraph),
      'sum.onnx': onnxFile(sumGraph),
    }),
  );
  server = await startTestServing({ folder: bundle.folder });
});
afterAll(async () => {
  await server.stop();
  await bundle.remove();
});

const options = () => ({
  url: server.url,
  bundle: bundle.digest,
  networks: ['double'],
  limitMilliseconds: 5000,
});

it('calls the networks of a bundle elsewhere', async () => {
  const served = await RemoteBundle.connect(options());
  const answer = await served.infer('double', { data: Float32Array.of(1, 2), shape: [1, 2] });
  expect(answer).toEqual(Float32Array.of(2, 4));
  await expect(served.infer('circle', { data: new Float32Array(1), shape: [1, 1] })).rejects.toMatchObject({
    code: 'network_missing',
  });
  await served.close();
});

it('tries networks out whatever they take: several inputs, numbers of any type, texts', async () => {
  const served = await RemoteBundle.connect({ ...options(), networks: ['echo', 'sum'] });
  await served.close();
});

it('refuses another bundle than the one that was released', async () => {
  const another = { ...options(), bundle: digestOf('another') };
  await expect(RemoteBundle.connect(another)).rejects.toMatchObject({ code: 'bundle_wrong' });
});

it('refuses a bundle without the networks that are wanted', async () => {
  const wanting = { ...options(), networks: ['circle'] };
  await expect(RemoteBundle.connect(wanting)).rejects.toMatchObject({ code: 'network_missing' });
});

it('says who does not answer', async () => {
  const nowhere = { ...options(), url: 'http://127.0.0.1:9', limitMilliseconds: 300 };
  await expect(RemoteBundle.connect(nowhere)).rejects.toMatchObject({
    code: 'model_not_up',
    message: expect.stringContaining('127.0.0.1:9'),
  });
});
