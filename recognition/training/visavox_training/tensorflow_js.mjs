// Runs the published networks with TensorFlow.js itself, on inputs that Python wrote:
// node tensorflow_js.mjs NODE_MODULES FOLDER. Reads NAME.f32 and writes NAME.OUTPUT.f32, little-endian float32.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, folder] = process.argv.slice(2);
const faceApiFolder = join(packages, '@vladmandic', 'face-api');
// The bundle is made for browsers: it takes Node for a place where its (empty) stand-in of `util` works.
const node = globalThis.process;
globalThis.process = undefined;
const { tf, nets } = await import(pathToFileURL(join(faceApiFolder, 'dist', 'face-api.esm.js')).href);
globalThis.process = node;
tf.env().setPlatform('node', {
  now: () => performance.now(),
  isTypedArray: (value) => ArrayBuffer.isView(value),
  encode: (text) => new TextEncoder().encode(text),
  decode: (bytes) => new TextDecoder().decode(bytes),
});
await tf.setBackend('cpu');
await tf.ready();

function input(name, shape) {
  const bytes = readFileSync(join(folder, `${name}.f32`));
  return tf.tensor(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), shape);
}

function output(name, tensor) {
  const values = tensor.dataSync();
  writeFileSync(
    join(folder, `${name}.f32`),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
}

async function graphModel(name) {
  const model = JSON.parse(
    readFileSync(join(packages, '@vladmandic', 'human', 'models', `${name}.json`), 'utf8'),
  );
  const parts = model.weightsManifest
    .flatMap((group) => group.paths)
    .map((path) => readFileSync(join(packages, '@vladmandic', 'human', 'models', path)));
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const weightSpecs = model.weightsManifest.flatMap((group) => group.weights);
  return tf.loadGraphModel({ load: async () => ({ ...model, weightSpecs, weightData }) });
}

const blazeface = await graphModel('blazeface');
const names = ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'];
const detected = blazeface.execute(tf.sub(tf.div(input('blazeface', [1, 256, 256, 3]), 127.5), 1), names);
output('blazeface.scores', tf.sigmoid(tf.concat([detected[0], detected[1]], 1)));
output('blazeface.boxes', tf.concat([detected[2], detected[3]], 1));

const facemesh = await graphModel('facemesh');
const mesh = facemesh.execute(tf.div(input('facemesh', [1, 192, 192, 3]), 255), ['Identity_2', 'Identity_1']);
output('facemesh.landmarks', mesh[0]);
output('facemesh.confidence', mesh[1]);

const manifest = JSON.parse(
  readFileSync(join(faceApiFolder, 'model', 'face_recognition_model-weights_manifest.json'), 'utf8'),
);
const bytes = readFileSync(join(faceApiFolder, 'model', 'face_recognition_model.bin'));
const weights = tf.io.decodeWeights(
  new Uint8Array(bytes).buffer,
  manifest.flatMap((group) => group.weights),
);
nets.faceRecognitionNet.loadFromWeightMap(weights);
const face = input('face', [1, 150, 150, 3]);
output('face.features', nets.faceRecognitionNet.forwardInput({ toBatchTensor: () => face }));
