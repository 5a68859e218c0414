import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { enrol, enrolLive, type Visitor, visitor } from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
beforeAll(async () => {
  server = await startTestServer();
  ada = await visitor(0);
});
afterAll(() => server.close());

describe('an enrolment', () => {
  it('takes somebody who turns the head and says the digits', async () => {
    const response = await enrolLive(server, ada);
    expect(await response.json()).toMatchObject({ name: ada.name });
    expect(response.status).toBe(201);
  });
});
