import { digestOf } from '@visavox/core/digest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, publishedBundle, recogniserBundle } from './bundle.ts';
import { Recogniser, secondsOf, type Template } from './recogniser.ts';
import { networksFolder } from './setup-folder.ts';
import { Calibration } from './signals/calibration.ts';
import { dot } from './signals/vectors.ts';
import { syntheticPerson } from './synthetic/person.ts';

let bundle: Bundle;
let recogniser: Recogniser;
beforeAll(async () => {
  bundle = await publishedBundle(networksFolder());
  recogniser = await Recogniser.load(bundle.manifest, bundle.files);
});
afterAll(() => recogniser.close());

const [ada, ben] = [syntheticPerson(1, 0), syntheticPerson(1, 4)];
type Person = typeof ada;

async function faces(person: Person, variations: readonly number[]): Promise<Float32Array[]> {
  const captures = variations.map(async (variation) =>
    recogniser.signals.captureFace(await person.face(variation)),
  );
  return recogniser.faceFeatures(await Promise.all(captures));
}

async function voice(person: Person, digits: string, variation: number) {
  const capture = await recogniser.signals.captureVoice(person.utterance(digits, variation));
  return { voice: await recogniser.voiceFeatures(capture), voiceSeconds: secondsOf(capture) };
}

async function enrol(person: Person): Promise<Template> {
  const heard = [
    await voice(person, '12345', 0),
    await voice(person, '67890', 1),
    await voice(person, '24680', 2),
  ];
  return recogniser.template({
    faces: await faces(person, [0, 1, 2]),
    voices: heard.map((one) => one.voice),
    voiceSeconds: heard.map((one) => one.voiceSeconds),
  });
}

test('a person is more likely to be the one who enrolled than someone else is', async () => {
  const template = await enrol(ada);
  expect(dot(template.face!, template.face!)).toBeCloseTo(1, 5);
  const own = await recogniser.compare(template, {
    faces: await faces(ada, [7, 8]),
    ...(await voice(ada, '4719', 7)),
  });
  const other = await recogniser.compare(template, {
    faces: await faces(ben, [7, 8]),
    ...(await voice(ben, '4719', 7)),
  });
  expect(own.fused).toBeGreaterThan(other.fused);
  expect(own.fused).toBe(own.face! + own.voice!);
  expect(recogniser.decide(other)).not.toBe('accept');
});

test('a template with copies knows the person over a telephone line as well', async () => {
  const { calibration } = recogniser;
  const { manifest, files } = await recogniserBundle(bundle.files, {
    calibration: { ...calibration, voice: { ...calibration.voice, copies: true } },
    parent: null,
    backbones: bundle.manifest.properties.backbones,
  });
  const other = await Recogniser.load(manifest, files);
  const take = async (digits: string, variation: number) => {
    const bytes = ada.utterance(digits, variation);
    return { sample: digestOf(bytes), capture: await other.signals.captureVoice(bytes) };
  };
  const enrolled = await Promise.all([take('12345', 0), take('67890', 1), take('24680', 2)]);
  const own = await Promise.all(enrolled.map(({ capture }) => other.voiceFeatures(capture)));
  const copies = await Promise.all(
    enrolled.map(({ sample, capture }) =>
      other.copiedVoiceFeatures(capture, sample, other.enrolledCondition('voice', sample) ?? ''),
    ),
  );
  const { capture } = await take('4719', 7);
  const call = await other.copiedVoiceFeatures(capture, digestOf('a call'), 'telephone');
  const ratio = async (beside: Float32Array[]) => {
    const template = await other.template({ faces: [], voices: own, copies: { faces: [], voices: beside } });
    return (await other.compare(template, { faces: [], voice: call })).voice ?? Number.NaN;
  };
  expect(await ratio(copies)).toBeGreaterThan(await ratio([]));
  expect(recogniser.enrolledCondition('voice', enrolled[0]!.sample)).toBeNull();
  expect(other.enrolledCondition('face', enrolled[0]!.sample)).toBeNull();
  await other.close();
});

test('copies in a template change nothing for a voice that comes in clear, where they are kept apart', async () => {
  const { calibration } = recogniser;
  const { manifest, files } = await recogniserBundle(bundle.files, {
    calibration: { ...calibration, voice: { ...calibration.voice, copies: true, apart: true } },
    parent: null,
    backbones: bundle.manifest.properties.backbones,
  });
  const other = await Recogniser.load(manifest, files);
  const captures = await Promise.all(
    [0, 1, 2].map((take) => other.signals.captureVoice(ada.utterance('12345', take))),
  );
  const voices = await Promise.all(captures.map((capture) => other.voiceFeatures(capture)));
  const beside = await Promise.all(
    captures.map((capture, take) =>
      other.copiedVoiceFeatures(capture, digestOf(`take ${take}`), 'telephone'),
    ),
  );
  const plain = await other.template({ faces: [], voices });
  const copied = await other.template({ faces: [], voices, copies: { faces: [], voices: beside } });
  const said = { faces: [], ...(await voice(ada, '4719', 7)) };
  const ratio = async (template: Template, voiceTakenWorse: boolean) =>
    (await other.compare(template, { ...said, voiceTakenWorse })).voice;
  expect(await ratio(copied, false)).toBe(await ratio(plain, false));
  expect(await ratio(copied, true)).not.toBe(await ratio(plain, true));
  await other.close();
});

test('two tries of one visitor count together', async () => {
  const template = await enrol(ada);
  const first = { faces: await faces(ada, [7]), ...(await voice(ada, '4719', 7)) };
  const second = { faces: await faces(ben, [8]), ...(await voice(ben, '8362', 8)) };
  const [one, other, both] = await Promise.all([
    recogniser.compare(template, first),
    recogniser.compare(template, second),
    recogniser.compare(template, [first, second]),
  ]);
  expect(await recogniser.compare(template, [first])).toEqual(one);
  expect(both.fused).toBe(both.face! + both.voice!);
  for (const modality of ['face', 'voice'] as const) {
    expect(both[modality]).toBeLessThanOrEqual(one[modality]!);
    expect(both[modality]).toBeGreaterThanOrEqual(other[modality]!);
  }
  const silent = { ...second, voice: null };
  expect(await recogniser.compare(template, [first, silent])).toMatchObject({ voice: one.voice });
});

test('a template that says nothing of how its voices were recorded lets in nobody more', async () => {
  const { beside, ...earlier } = await enrol(ada);
  expect(beside?.voice).toMatchObject({ coherence: expect.any(Number), seconds: expect.any(Number) });
  const heard = await voice(ada, '4719', 7);
  const ratio = async (template: Template, voiceSeconds?: number) =>
    (await recogniser.compare(template, { faces: [], voice: heard.voice, voiceSeconds })).voice;
  const known = await ratio({ ...earlier, ...(beside && { beside }) }, heard.voiceSeconds);
  expect(await ratio(earlier, heard.voiceSeconds)).toBeLessThanOrEqual(known ?? Number.NaN);
  expect(await ratio(earlier)).toBeLessThanOrEqual((await ratio(earlier, heard.voiceSeconds)) ?? Number.NaN);
});

test('a missing voice adds nothing, and is never enough', async () => {
  const template = await enrol(ada);
  const evidence = await recogniser.compare(template, { faces: await faces(ada, [0]), voice: null });
  expect(evidence).toMatchObject({ voice: null, fused: evidence.face });
  expect(recogniser.decide(evidence)).not.toBe('accept');
});

test('several faces at once give what each gives alone', async () => {
  const [first, second] = await faces(ada, [0, 1]);
  const [alone] = await faces(ada, [1]);
  expect(first).not.toEqual(second);
  expect(dot(second!, alone!) / dot(alone!, alone!)).toBeCloseTo(1, 5);
});

test('equal files are the same bundle and contract, another calibration is not', async () => {
  const calibration = Calibration.parse(
    JSON.parse(new TextDecoder().decode(bundle.files.get('calibration.json'))),
  );
  const { backbones } = bundle.manifest.properties;
  const again = await recogniserBundle(bundle.files, { calibration, parent: null, backbones });
  expect(again.manifest).toEqual(bundle.manifest);
  const other = await recogniserBundle(bundle.files, {
    calibration: { ...calibration, decision: { ...calibration.decision, threshold: 99 } },
    parent: recogniser.bundle,
    backbones: bundle.manifest.properties.backbones,
  });
  const descendant = await Recogniser.load(other.manifest, other.files);
  expect(descendant.contract).not.toBe(recogniser.contract);
  await expect(descendant.compare(await enrol(ada), { faces: [], voice: null })).rejects.toThrow(
    'cannot be compared',
  );
  await descendant.close();
});

test('a file that is not the one that was registered is refused', async () => {
  const files = new Map(bundle.files).set('face-head.onnx', new Uint8Array(10));
  await expect(Recogniser.load(bundle.manifest, files)).rejects.toThrow('face-head.onnx is not the file');
  expect(bundle.manifest.files.map(({ path }) => path)).toContain('calibration.json');
  expect(bundle.manifest.files.every((file) => digestOf(bundle.files.get(file.path)!) === file.digest)).toBe(
    true,
  );
});

test('networks that were never set up are said to be missing', async () => {
  await expect(publishedBundle('/nowhere')).rejects.toMatchObject({
    code: 'networks_missing',
    action: expect.stringContaining('npm run setup'),
  });
});
