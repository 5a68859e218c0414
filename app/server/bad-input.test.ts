import {
  pngOfSize,
  silentFlac,
  silentMp3,
  silentOpus,
  wav,
} from '@visavox/recognition/signals/hostile-recordings.test-support';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beside, clipped, cut, silence } from './testing/spoiled.ts';
import { operatorToken, startTestServer, type TestServer } from './testing/test-server.ts';
import {
  asOperator,
  enrol,
  enrolmentForm,
  form,
  measure,
  newChallenge,
  request,
  type Visitor,
  visitor,
} from './testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
let before: Record<string, number>;

const pdf = new TextEncoder().encode('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n');
const nothing = new Uint8Array();

beforeAll(async () => {
  server = await startTestServer();
  ada = await visitor(0);
  await enrol(server, ada);
});
beforeEach(async () => {
  before = await kept();
});
afterAll(() => server.close());

/** What is kept but for the audit log, which has whatever operators are refused as well. */
async function kept(): Promise<Record<string, number>> {
  const { audit_log: _log, audit_head: _head, ...others } = await server.census();
  return others;
}

/** A problem document that says what to do, and nothing written. */
async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  const problem = await response.json();
  expect(problem).toMatchObject({ status, code });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(problem.action).toMatch(/\w{4}/);
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  expect(await kept()).toEqual(before);
}

describe('an enrolment is refused whole', () => {
  const enrolWith = (change: Partial<Pick<Visitor, 'name' | 'faces' | 'voices'>>) =>
    enrol(server, { ...ada, name: 'Somebody New', ...change });
  const lastFace = (face: Uint8Array) => ({ faces: [...ada.faces.slice(0, 2), face] });
  const lastVoice = (voice: Uint8Array) => ({ voices: [...ada.voices.slice(0, 2), voice] });

  it('without a face in one of the images', async () => {
    await expectRefusal(await enrolWith(lastFace(await beside([], 640, 480))), 400, 'no_face');
  });
  it('with two faces in one of the images', async () => {
    const pair = await beside([ada.probe.faces[0], ada.probe.faces[1]], 480, 480);
    await expectRefusal(await enrolWith(lastFace(pair)), 400, 'several_faces');
  });
  it('with an empty image', async () => {
    await expectRefusal(await enrolWith(lastFace(nothing)), 400, 'image_unreadable');
  });
  it('with a PDF that is named .jpg', async () => {
    await expectRefusal(await enrolWith(lastFace(pdf)), 400, 'image_unreadable');
  });
  it('with an image that breaks off', async () => {
    const half = ada.probe.faces[0]?.slice(0, 900) ?? nothing;
    await expectRefusal(await enrolWith(lastFace(half)), 400, 'image_unreadable');
  });
  it('with silence', async () => {
    await expectRefusal(await enrolWith(lastVoice(silence(3))), 400, 'silence');
  });
  it('with clipped audio', async () => {
    await expectRefusal(await enrolWith(lastVoice(clipped(ada.probe.voice))), 400, 'audio_clipped');
  });
  it('with one second of audio', async () => {
    await expectRefusal(await enrolWith(lastVoice(cut(ada.probe.voice, 0.9))), 400, 'speech_too_short');
  });
  it('with an empty recording', async () => {
    await expectRefusal(await enrolWith(lastVoice(nothing)), 400, 'audio_unreadable');
  });
  it('with too few or too many recordings', async () => {
    await expectRefusal(await enrolWith({ faces: ada.faces.slice(1) }), 400, 'faces_missing');
    await expectRefusal(await enrolWith({ voices: ada.voices.slice(1) }), 400, 'voices_missing');
    const many = [...ada.faces, ...ada.faces];
    await expectRefusal(await enrolWith({ faces: many }), 400, 'too_many_faces');
  });
  it('with the same recording twice', async () => {
    await expectRefusal(await enrolWith(lastFace(ada.faces[0] ?? nothing)), 400, 'recording_repeated');
  });
  it('with a voice of somebody else among them', async () => {
    const other = await visitor(4);
    await expectRefusal(await enrolWith(lastVoice(other.probe.voice)), 400, 'more_than_one_person');
  });
  it('without a name, or with one that cannot be shown', async () => {
    await expectRefusal(await enrolWith({ name: '  ' }), 400, 'name_missing');
    await expectRefusal(await enrolWith({ name: 'x'.repeat(81) }), 400, 'request_invalid');
    await expectRefusal(await enrolWith({ name: 'Ad\u202ea' }), 400, 'request_invalid');
  });
  it('without consent', async () => {
    const body = enrolmentForm({ ...ada, name: 'Somebody New' }, { consent: 'no' });
    const response = await request(server, '/api/v1/people', body, asOperator);
    await expectRefusal(response, 400, 'consent_missing');
  });
});

describe('a sign-in is refused', () => {
  const own = () => ({ as: ada.name, probe: ada.probe });

  it('without pictures of somebody who is there; the challenge is still good', async () => {
    const challenge = await newChallenge(server, ada.name);
    before = await kept();
    const fields = { name: ada.name, challenge: challenge.id };
    const body = form(fields, { face: ada.probe.faces, voice: [ada.probe.voice] });
    const response = await server.app.request('/api/v1/attempts', { method: 'POST', body });
    await expectRefusal(response, 400, 'frames_missing');
    expect((await measure(server, { ...own(), challenge })).status).toBe(200);
  });
  it('with a challenge that was never given, or was given for another name', async () => {
    const madeUp = { id: 'made-up', digits: '1234', turn: null };
    await expectRefusal(await measure(server, { ...own(), challenge: madeUp }), 404, 'challenge_unknown');
    const challenge = await newChallenge(server, 'Somebody Else');
    before = await kept();
    await expectRefusal(await measure(server, { ...own(), challenge }), 404, 'challenge_unknown');
  });
  it('with an expired or a replayed challenge', async () => {
    const challenge = await newChallenge(server, ada.name);
    await measure(server, { ...own(), challenge });
    const old = await newChallenge(server, ada.name);
    before = await kept();
    await expectRefusal(await measure(server, { ...own(), challenge }), 409, 'challenge_used');
    server.advance(150);
    await expectRefusal(await measure(server, { ...own(), challenge: old }), 410, 'challenge_expired');
  });
  it('without a usable face; the challenge is still good', async () => {
    const challenge = await newChallenge(server, ada.name);
    before = await kept();
    const faces = [await beside([], 320, 240)];
    const refused = await measure(server, { ...own(), probe: { ...ada.probe, faces }, challenge });
    await expectRefusal(refused, 400, 'no_face');
    expect((await measure(server, { ...own(), challenge })).status).toBe(200);
  });
});

describe('a body is refused', () => {
  const post = async (path: string, type: string, body: string | Uint8Array | ReadableStream) =>
    server.app.request(path, {
      method: 'POST',
      headers: { 'content-type': type, authorization: 'Bearer the-token-of-the-operator-in-these-tests' },
      body: typeof body === 'string' || body instanceof ReadableStream ? body : Uint8Array.from(body),
      duplex: 'half',
    } as RequestInit);

  it('when it is not JSON, or JSON of another shape', async () => {
    await expectRefusal(
      await post('/api/v1/runs', 'application/json', '{"useCache":'),
      400,
      'malformed_json',
    );
    const wrong = await post('/api/v1/attempts/a/feedback', 'application/json', '{"outcome":"maybe"}');
    await expectRefusal(wrong, 400, 'request_invalid');
  });
  it('when it is not the form that it says it is', async () => {
    const type = 'multipart/form-data; boundary=b';
    await expectRefusal(await post('/api/v1/people', type, '--b\r\ngarbage'), 400, 'malformed_form');
    const odd = form({ name: 'A', consent: 'true', admin: 'true' }, {});
    const response = await server.app.request('/api/v1/people', { method: 'POST', body: odd });
    await expectRefusal(response, 400, 'malformed_form');
  });
  it('of another content type', async () => {
    await expectRefusal(
      await post('/api/v1/people', 'application/json', '{}'),
      415,
      'unsupported_media_type',
    );
    await expectRefusal(await post('/api/v1/runs', 'text/plain', '{}'), 415, 'unsupported_media_type');
    await expectRefusal(await post('/api/v1/captures/face', 'text/html', 'x'), 415, 'unsupported_media_type');
  });
  it('of 50 MB, before it has all been read', async () => {
    let sent = 0;
    const megabyte = new Uint8Array(1024 * 1024);
    const stream = new ReadableStream({
      pull(controller) {
        if (sent === 50) return controller.close();
        sent++;
        controller.enqueue(megabyte);
      },
    });
    await expectRefusal(await post('/api/v1/captures/voice', 'audio/wav', stream), 413, 'body_too_large');
    expect(sent).toBeLessThan(30);
  });
});

describe('the character NUL', () => {
  const authorization = `Bearer ${operatorToken}`;
  const routes = async () => {
    const document = await (await server.app.request('/api/openapi.json')).json();
    return Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    );
  };
  const ask = (path: string, method: string, body?: string) =>
    server.app.request(path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
    });

  it('is refused in the path and the query of everything there is', async () => {
    const known = await routes();
    expect(known.length).toBeGreaterThan(30);
    for (const { path, method } of known) {
      const inPath = path.replaceAll(/\{\w+\}/g, 'a%00b');
      if (inPath !== path) await expectRefusal(await ask(inPath, method), 400, 'request_invalid');
      const inQuery = `${path.replaceAll(/\{\w+\}/g, 'a')}?person=a%00b`;
      await expectRefusal(await ask(inQuery, method), 400, 'request_invalid');
    }
  });
  it('is refused in every JSON document, and a backslash before u0000 is not that', async () => {
    for (const body of ['{"name":"a\\u0000b"}', '{"a":[{"b\\u0000":1}]}', '{"parameters":{"x":"\\u0000"}}'])
      for (const path of ['/api/v1/challenges', '/api/v1/runs', '/api/v1/operator/session'])
        await expectRefusal(await ask(path, 'POST', body), 400, 'request_invalid');
    // A wrong token, which is written down once.
    await ask('/api/v1/operator/session', 'POST', '{"token":"one that is wrong and as long as one may be"}');
    before = await kept();
    const escaped = await ask('/api/v1/operator/session', 'POST', '{"token":"\\\\u0000"}');
    await expectRefusal(escaped, 401, 'operator_token_invalid');
  });
  it('is refused in the fields of a form', async () => {
    const named = await enrol(server, { ...ada, name: 'A\0da' });
    await expectRefusal(named, 400, 'request_invalid');
    const challenge = { id: 'a\0b', digits: '1234', turn: null };
    const tried = await measure(server, { as: ada.name, probe: ada.probe, challenge });
    await expectRefusal(tried, 400, 'request_invalid');
  });
});

describe('a recording of an odd make', () => {
  const check = (modality: 'face' | 'voice', bytes: Uint8Array) =>
    server.app.request(`/api/v1/captures/${modality}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(bytes),
    });
  const face = () => ada.probe.faces[0] ?? nothing;

  it('of 400 megapixels is refused by its size', async () => {
    await expectRefusal(await check('face', pngOfSize(20_000, 20_000)), 413, 'image_too_large');
  });
  it.each([
    ['Opus', () => silentOpus(180)],
    ['FLAC', () => silentFlac({ frames: 2700, blockSize: 65_535, channels: 8 })],
    ['MP3', () => silentMp3(180)],
  ])('of three hours of %s is refused by its length', async (_, recording) => {
    await expectRefusal(await check('voice', recording()), 413, 'audio_too_long');
  });
  it.each<[string, (image: Sharp) => Sharp]>([
    ['on its side, with the tag that says so', (image) => image.rotate(270).withMetadata({ orientation: 6 })],
    ['in CMYK', (image) => image.toColourspace('cmyk')],
    ['grey', (image) => image.greyscale()],
  ])('is looked at as the face that it is: %s', async (_, change) => {
    const response = await check('face', await change(sharp(face())).jpeg({ quality: 95 }).toBuffer());
    expect(await response.json()).toMatchObject({ quality: { score: expect.any(Number) } });
  });
  it.each([
    { bits: 8 },
    { bits: 24, channels: 2 },
    { bits: 32, float: true, rate: 44_100 },
    { bits: 64, float: true, rate: 8_000 },
    { bits: 16, channels: 2, rate: 48_000 },
  ])('is heard as the speech that it is: WAV %o', async (options) => {
    const speech = new Int16Array(Uint8Array.from(ada.probe.voice.subarray(44)).buffer);
    // The second channel is silent, as of a microphone that has one.
    const signal = (time: number, channel: number) =>
      channel === 0 ? (speech[Math.round(time * 16_000)] ?? 0) / 32_768 : 0;
    const response = await check('voice', wav({ ...options, seconds: speech.length / 16_000, signal }));
    expect(await response.json()).toMatchObject({ quality: { speechSeconds: expect.any(Number) } });
  });
});
