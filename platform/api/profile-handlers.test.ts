import type { DatasetProfile } from '@visavox/core/dataset-profile';
import { digestOf } from '@visavox/core/digest';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { answerError } from './problem.ts';
import { addProfileRoutes } from './profile-handlers.ts';
import { openApi } from './shell.ts';

const birds: DatasetProfile = {
  ...{ format: 1, items: 1, bytes: 3, labels: [], tables: null },
  mediaTypes: [{ mediaType: 'image/jpeg', items: 1, bytes: 3 }],
};
const [quick, slow] = [digestOf('quick'), digestOf('slow')];

const app = openApi<ApiEnv>();
app.onError((error, c) => answerError(error, c, { log: pino({ level: 'silent' }), refused: () => {} }));
addProfileRoutes(app, {
  answerWithin: 10,
  profiles: { of: (digest) => (digest === quick ? Promise.resolve(birds) : new Promise(() => {})) },
});
const ask = async (path: string) => {
  const response = await app.request(`/api/v1/datasets/${path}`);
  return { status: response.status, body: await response.json() };
};

it('hands out the profile of a version, and what is otherwise in its tables', async () => {
  expect(await ask(`${quick}/profile`)).toEqual({ status: 200, body: birds });
  expect(await ask(`${quick}/profile/difference?from=${quick}`)).toEqual({
    status: 200,
    body: { from: quick, to: quick, tables: null },
  });
});

it('tells whoever would wait for long to ask again', async () => {
  for (const path of [`${slow}/profile`, `${quick}/profile/difference?from=${slow}`])
    expect(await ask(path)).toEqual({ status: 202, body: { state: 'computing' } });
});

it('knows no version that is named by anything else than a digest', async () => {
  for (const path of ['birds/profile', `${quick}/profile/difference?from=birds`])
    expect(await ask(path)).toMatchObject({ status: 404, body: { code: 'unknown_dataset' } });
});
