import { expect, it } from 'vitest';
import { parseSettings } from './settings.ts';

it.each([
  [{}, 'open'],
  [{ HOST: '127.0.0.1' }, 'open'],
  [{ HOST: '0.0.0.0' }, 'invitation'],
  [{ HOST: '::' }, 'invitation'],
  [{ VISAVOX_PUBLIC_URL: 'https://sign-in.example.org' }, 'invitation'],
  [{ VISAVOX_PUBLIC_URL: 'https://sign-in.example.org', VISAVOX_ENROLMENT: 'open' }, 'open'],
  [{ VISAVOX_ENROLMENT: 'invitation' }, 'invitation'],
])('with %o people enrol: %s', (environment, enrolment) => {
  expect(parseSettings(environment, '/').enrolment).toBe(enrolment);
});
