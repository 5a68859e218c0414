import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AttemptAnswer, EnrolmentChallenge, Invitation, Person, Session } from '../api/types.ts';
import {
  inBrief,
  someCodes,
  someModels,
  someOverview,
  somePeople,
  someReleases,
  someReport,
  someRunDetails,
  someRuns,
  someStatus,
  someTrace,
  someTraining,
  someWaysIn,
} from './fake-data.ts';

export const OPERATOR_TOKEN = 'open-sesame';

const someUser = { name: 'operator token', role: 'operator', shared: true, sharedTokenOn: false };
const nobody: Session = {
  person: null,
  operator: false,
  amr: [],
  authenticatedAt: null,
  underway: null,
  next: null,
  policy: 'face-and-voice',
  liveness: 'required',
};

/** What a request comes to. */
class Answer extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`${status}`);
    this.status = status;
    this.body = body;
  }
}

function problem(status: number, code: string, details: object = {}): Answer {
  return new Answer(status, {
    ...details,
    type: `urn:visavox:problem:${code}`,
    title: code,
    status,
    detail: `in the server's words: ${code}`,
    action: 'What the server advises.',
    code,
    requestId: 'fake-request',
  });
}

/**
 * Stands in for the server where only the pages are looked at; the end-to-end test runs against the real one.
 * Names decide what happens: `Impostor` is refused, and so is `Nobody`, who is unknown, in the same words; `Dark` has hints; of `Mumbler` the second
 * recording is not understood at first.
 */
export function fakeApi() {
  const people = somePeople();
  const releases = someReleases();
  let session: Session = { ...nobody };
  const received: { path: string; files: Record<string, number>; fields: Record<string, string> }[] = [];
  const asked = { face: 0 };

  // The head swings to both sides and back, so that every pose comes round.
  let looks = 0;
  const turn = () => [2, 2, 20, 20, 2, 2, -20, -20][looks++ % 8];

  const formOf = async (request: IncomingMessage) => {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(new Uint8Array(await buffer(request)), {
      headers: { 'content-type': type },
    }).formData();
    const files: Record<string, number> = {};
    const fields: Record<string, string> = {};
    for (const [name, value] of form)
      if (typeof value === 'string') fields[name] = value;
      else files[name] = (files[name] ?? 0) + 1;
    received.push({ path: request.url ?? '', files, fields });
    return { files, fields };
  };

  const enrol = async (request: IncomingMessage) => {
    const { files, fields } = await formOf(request);
    const mumbled =
      fields.name === 'Mumbler' && received.filter(({ path }) => path.endsWith('/people')).length === 1;
    if (mumbled) throw problem(400, 'digits_differ', { modality: 'voice', index: 1 });
    const person = {
      id: `person-${people.length + 1}`,
      name: fields.name ?? '',
      enrolledAt: new Date().toISOString(),
      samples: { face: files.face ?? 0, voice: files.voice ?? 0 },
      waysIn: { passkeys: 0, recoveryCodes: 0 },
    };
    people.push(person);
    return new Answer(201, person);
  };

  let invitations: Invitation[] = [];
  const invite = async (request: IncomingMessage) => {
    const { name, days } = JSON.parse(String(await buffer(request)));
    const invitation: Invitation = {
      id: `invitation-${invitations.length + 1}`,
      name,
      createdAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + days * 86_400_000).toISOString(),
      state: 'open',
      person: null,
    };
    invitations = [invitation, ...invitations];
    return new Answer(201, { ...invitation, token: 'a-token', link: 'http://page/enrol?invitation=a-token' });
  };

  /** As the server: a name that is somebody's has to be another one. */
  const review = async (id: string, request: IncomingMessage) => {
    const { decision, name } = JSON.parse(String(await buffer(request)));
    const index = people.findIndex((one) => one.id === id);
    const person = people[index];
    if (!person) throw problem(404, 'unknown_person');
    if (decision === 'approve') {
      const wanted = name ?? person.name;
      if (people.some((one) => one.id !== id && one.name === wanted)) throw problem(409, 'name_taken');
      people[index] = { ...person, name: wanted, state: 'active', review: [] };
      return new Answer(200, { person: people[index] });
    }
    people.splice(index, 1);
    return new Answer(200, { person: null });
  };

  const challenge = async (request: IncomingMessage) => {
    const wish = JSON.parse(String(await buffer(request)));
    received.push({ path: request.url ?? '', files: {}, fields: wish });
    if (wish.purpose === 'enrolment') {
      if (wish.invitation === 'used') throw problem(403, 'invitation_invalid');
      const asked: EnrolmentChallenge = {
        id: 'challenge-2',
        prompts: ['04719', '83526', '71048'],
        turns: wish.withoutTurn ? [] : ['left', 'right'],
        expiresAt: new Date(Date.now() + 600_000).toISOString(),
      };
      return new Answer(201, asked);
    }
    return new Answer(201, {
      id: 'challenge-1',
      digits: wish.withoutTurn ? '471926' : '4719',
      turn: wish.withoutTurn ? null : 'left',
      expiresAt: new Date(Date.now() + 120_000).toISOString(),
    });
  };

  const attempt = async (request: IncomingMessage) => {
    const { fields } = await formOf(request);
    const name = fields.name ?? '';
    const first = received.filter(({ path }) => path.endsWith('/attempts')).length === 1;
    if (name === 'Early Bird' && first) throw problem(503, 'busy', { retryAfterSeconds: 1 });
    const known = people.find((one) => one.name === name);
    const accepted = !['Impostor', 'Nobody', 'Dark'].includes(name);
    const person = accepted ? { id: known?.id ?? 'person-1', name } : null;
    session = { ...session, person: person ?? session.person };
    const made: AttemptAnswer = {
      id: 'attempt-1',
      decision: accepted ? 'accept' : 'reject',
      person,
      servedBy: { model: 'recogniser', version: 4 },
      hints: name === 'Dark' ? ['too_dark'] : [],
      reasons: accepted ? [] : ['not_recognised'],
      otherWays: accepted ? [] : ['passkey', 'recovery_code', 'operator_code'],
      measured: false,
    };
    return new Answer(200, made);
  };

  const waysIn = someWaysIn();
  let stale = false;
  const codeSignIn = async (request: IncomingMessage) => {
    const { name, code } = JSON.parse(String(await buffer(request)));
    if (code !== '7QK2-M0PX') throw problem(401, 'code_refused');
    stale = false;
    session = { ...session, person: { id: 'person-1', name }, amr: ['otp'] };
    return new Answer(200, session);
  };

  const routes: [string, RegExp, (parts: string[], request: IncomingMessage) => Promise<Answer> | Answer][] =
    [
      [
        'POST',
        /^captures\/face$/,
        () => {
          asked.face++;
          return new Answer(200, { ok: true, quality: { eyeMouthPixels: 150, yaw: turn() }, hints: [] });
        },
      ],
      ['POST', /^captures\/voice$/, () => new Answer(200, { ok: true, quality: {}, hints: [] })],
      ['POST', /^people$/, (_, request) => enrol(request)],
      ['GET', /^people$/, () => new Answer(200, { people })],
      ['POST', /^people\/(.+)\/review$/, ([id], request) => review(id ?? '', request)],
      ['GET', /^invitations$/, () => new Answer(200, { invitations })],
      ['POST', /^invitations$/, (_, request) => invite(request)],
      [
        'DELETE',
        /^invitations\/(.+)$/,
        ([id]) => {
          invitations = invitations.filter((one) => one.id !== id);
          return new Answer(204, null);
        },
      ],
      ['GET', /^people\/(.+)$/, ([id]) => found(people.find((one) => one.id === id))],
      [
        'DELETE',
        /^people\/(.+)$/,
        ([id]) => {
          people.splice(
            people.findIndex((one) => one.id === id),
            1,
          );
          return new Answer(204, null);
        },
      ],
      ['POST', /^challenges$/, (_, request) => challenge(request)],
      [
        'POST',
        /^invitations\/open$/,
        async (_, request) => {
          const { invitation } = JSON.parse(String(await buffer(request)));
          if (invitation === 'used') throw problem(403, 'invitation_invalid');
          return new Answer(200, { name: 'Grace' });
        },
      ],
      ['POST', /^attempts$/, (_, request) => attempt(request)],
      [
        'POST',
        /^attempts\/(.+)\/feedback$/,
        ([id]) => new Answer(200, { id, outcome: 'genuine', samples: 4 }),
      ],
      [
        'GET',
        /^operator\/session$/,
        () => new Answer(200, { operator: session.operator, user: session.operator ? someUser : null }),
      ],
      ['GET', /^approvals$/, () => new Answer(200, { approvals: [] })],
      ['GET', /^session$/, () => new Answer(200, session)],
      [
        'DELETE',
        /^session$/,
        () => {
          session = { ...nobody, operator: session.operator };
          return new Answer(204, null);
        },
      ],
      [
        'POST',
        /^operator\/session$/,
        async (_, request) => {
          const { token } = JSON.parse(String(await buffer(request)));
          if (token !== OPERATOR_TOKEN) throw problem(401, 'operator_token_invalid');
          session = { ...session, operator: true };
          return new Answer(200, session);
        },
      ],
      [
        'GET',
        /^ways-in$/,
        () => (session.person ? new Answer(200, waysIn) : problem(401, 'unauthenticated')),
      ],
      [
        'POST',
        /^recovery-codes$/,
        () => {
          if (stale) throw problem(403, 'step_up_required');
          waysIn.recoveryCodes = { left: 10, madeAt: new Date().toISOString() };
          return new Answer(201, { codes: someCodes() });
        },
      ],
      ['POST', /^(?:recovery-codes|codes)\/sign-in$/, (_, request) => codeSignIn(request)],
      [
        'DELETE',
        /^passkeys\/(.+)$/,
        ([id], request) => {
          const sure = request.url?.includes('evenIfLast=true');
          if (waysIn.passkeys.length === 1 && !sure) throw problem(409, 'last_way_in');
          waysIn.passkeys = waysIn.passkeys.filter((one) => one.id !== id);
          return new Answer(204, null);
        },
      ],
      [
        'POST',
        /^people\/(.+)\/code$/,
        ([id]) =>
          new Answer(201, {
            person: { id, name: people.find((one) => one.id === id)?.name },
            code: '7QK2-M0PX',
            expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
          }),
      ],
      [
        'DELETE',
        /^operator\/session$/,
        () => {
          session = { ...session, operator: false };
          return new Answer(204, null);
        },
      ],
      ['GET', /^status$/, () => new Answer(200, someStatus())],
      ['GET', /^overview$/, () => new Answer(200, { ...someOverview(), people: people.length })],
      ['GET', /^runs$/, () => new Answer(200, { runs: someRuns().map(inBrief), total: someRuns().length })],
      ['GET', /^models\/recogniser\/training$/, () => new Answer(200, someTraining())],
      ['POST', /^models\/recogniser\/training$/, () => new Answer(202, { id: 'recogniser-0005' })],
      ['GET', /^runs\/([^/]+)$/, ([id]) => found(someRunDetails(id))],
      ['POST', /^runs\/([^/]+)\/(?:cancel|resume)$/, ([id]) => new Answer(202, { id })],
      [
        'GET',
        /^runs\/([^/]+)\/tasks\/(.+)\/logs$/,
        ([, task]) => new Answer(200, `${task}: reading 71 items\n${task}: done in 11.4 s`),
      ],
      ['GET', /^models$/, () => new Answer(200, { models: someModels(), notOurs: [] })],
      [
        'GET',
        /^models\/recogniser\/versions\/(\d+)\/report$/,
        ([version]) => new Answer(200, someReport(version ?? '')),
      ],
      [
        'GET',
        /^models\/recogniser\/versions\/(\d+)\/bundle$/,
        () => new Answer(200, { format: 1, name: 'recogniser', files: [], parent: null, properties: {} }),
      ],
      ['GET', /^releases$/, () => new Answer(200, { releases })],
      // Nothing differs between environments here.
      [
        'GET',
        /^releases\/[^/]+\/settings$/,
        ([release]) => new Answer(200, { release, from: null, to: null, differences: [], changes: [] }),
      ],
      ['GET', /^environments$/, () => new Answer(200, { environments: [] })],
      ['GET', /^models\/[^/]+\/release-history$/, () => new Answer(200, { events: [] })],
      ['POST', /^(?:releases|models)\/.+$/, () => new Answer(200, releases[0])],
      ['GET', /^(?:datasets|lineage-kinds)$/, () => new Answer(200, { datasets: [], kinds: [] })],
      ['GET', /^trace\/([^/]+)\/(.+)$/, () => new Answer(200, someTrace())],
    ];

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = new URL(request.url ?? '/', 'http://page').pathname.replace('/api/v1/', '');
    for (const [method, pattern, handle] of routes) {
      const match = pattern.exec(path);
      if (match && method === request.method) return handle(match.slice(1).map(decodeURIComponent), request);
    }
    return problem(404, 'not_found');
  };

  return {
    received,
    /** Somebody who was found among those enrolled. */
    newcomer(person: Pick<Person, 'name'> & { review: NonNullable<Person['review']> }) {
      people.push({
        id: `newcomer-${people.length}`,
        enrolledAt: new Date().toISOString(),
        samples: { face: 4, voice: 3 },
        waysIn: { passkeys: 0, recoveryCodes: 0 },
        state: 'pending',
        verified: true,
        ...person,
      });
    },
    /** How often the server had to look at a picture. */
    asked,
    signIn(person: { id: string; name: string }) {
      session = { ...session, person };
    },
    /** Whoever is signed in showed it too long ago. */
    grow() {
      stale = true;
    },
    set(change: Partial<Session>) {
      session = { ...session, ...change };
    },
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { status, body } = await answer(request).catch((error: unknown) => {
        if (error instanceof Answer) return error;
        throw error;
      });
      request.resume();
      const text = typeof body === 'string';
      response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json' });
      response.end(body === null ? undefined : text ? body : JSON.stringify(body));
    },
  };
}

function found(value: unknown): Answer {
  if (value === undefined) throw problem(404, 'not_found');
  return new Answer(200, value);
}
