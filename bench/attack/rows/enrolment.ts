import { type Actor, isLetIn, requireStatus } from '../actor.ts';
import type { Outcome, Row } from '../row.ts';

const decodable = (answer: { status: number }) => answer.status === 201;

export const mixedEnrolment: Row = {
  attack: 'mixed-enrolment',
  aim: 'two people who sign in under one name',
  async run(stage) {
    const [ada, ben] = [
      stage.actor(120, { address: '127.0.2.1' }),
      stage.actor(121, { address: '127.0.2.1' }),
    ];
    const others = await ben.enrolmentParts({
      prompts: ['04719', '83526', '71048'],
      turns: ['left', 'right'],
    });
    let successes = 0;
    const mixtures: [string, Parameters<Actor['enrol']>[1]][] = [
      // Two pictures of one and two of the other: no picture is the odd one out.
      ['faces 2 + 2', (own) => ({ ...own, faces: [...own.faces.slice(0, 2), ...others.faces.slice(0, 2)] })],
      ['faces 2 + 1', (own) => ({ ...own, faces: [...own.faces.slice(0, 2), ...others.faces.slice(0, 1)] })],
      [
        'voices 2 + 1',
        (own) => ({
          ...own,
          voices: [...own.voices.slice(0, 2), ...others.voices.slice(2)],
        }),
      ],
      ['another one turns the head', (own) => ({ ...own, turns: others.turns })],
    ];
    const taken: string[] = [];
    for (const [mixture, change] of mixtures) {
      const answer = await ada.enrol(`Mixed ${mixture}`, change);
      if (!decodable(answer)) continue;
      successes++;
      taken.push(mixture);
    }
    return { tries: mixtures.length, successes, note: taken.join(', ') };
  },
};

export const duplicateEnrolment: Row = {
  attack: 'duplicate-enrolment',
  aim: 'one person who signs in under several names',
  async run(stage) {
    const ada = stage.actor(122, { address: '127.0.2.2' });
    const files = await ada.enrolmentParts({
      prompts: ['04719', '83526', '71048'],
      turns: ['left', 'right'],
    });
    requireStatus(await ada.enrol(), 201, 'the first enrolment');
    let [tries, successes] = [0, 0];
    // Anew before the camera, and with the very files of one enrolment under several names.
    for (let time = 0; time < 2; time++) {
      const alias = `Alias ${time}`;
      await ada.enrol(alias);
      tries++;
      if (isLetIn(await ada.signIn(alias))) successes++;
    }
    const filed = stage.actor(123, { address: '127.0.2.3' });
    let taken = 0;
    for (let time = 0; time < 3; time++) {
      const answer = await filed.enrol(`Copy ${time}`, () => files);
      tries++;
      if (decodable(answer) && isLetIn(await ada.signIn(`Copy ${time}`))) successes++;
      if (decodable(answer)) taken++;
    }
    return { tries, successes, note: `the same files were taken ${taken} times` };
  },
};

export const confusableName: Row = {
  attack: 'confusable-name',
  aim: 'a second person whose name looks like the first one’s',
  async run(stage) {
    const ada = stage.actor(124, { address: '127.0.2.4' });
    requireStatus(await ada.enrol('Victim One'), 201, 'the enrolment of the first');
    const stranger = stage.actor(125, { address: '127.0.2.5' });
    const names = [
      'V\u0456ctim One',
      'VICTIM  ONE',
      'Victim \uff2fne',
      'Vict\u0131m One',
      'Victim\u200d One',
    ];
    let successes = 0;
    const through: string[] = [];
    for (const name of names) {
      await stranger.enrol(name);
      if (!isLetIn(await stranger.signIn(name))) continue;
      successes++;
      through.push(JSON.stringify(name));
    }
    return { tries: names.length, successes, note: through.join(', ') };
  },
};

export const feedbackPoisoning: Row = {
  attack: 'feedback-poisoning',
  aim: 'recordings of a stranger that become training data of the person',
  async run(stage): Promise<Outcome> {
    const ada = stage.actor(126, { address: '127.0.2.6' });
    const ben = stage.actor(127, { address: '127.0.2.7' });
    for (const actor of [ada, ben]) {
      requireStatus(await actor.enrol(), 201, 'an enrolment');
      await actor.signIn();
    }
    const samplesOf = async () => {
      const answer = await stage.operator('/api/v1/people');
      const people = answer.body?.people;
      if (!Array.isArray(people)) return 0;
      const own = people.find((person: { name?: unknown }) => person.name === ada.name);
      const { face = 0, voice = 0 } = (own?.samples ?? {}) as { face?: number; voice?: number };
      return face + voice;
    };
    const before = await samplesOf();
    const refused = await ben.signIn(ada.name);
    const accepted = await ada.signIn();
    const ids = [refused.body?.id, accepted.body?.id].filter((id) => typeof id === 'string');
    const say = (actor: Actor, id: string) =>
      actor.browser.call(`/api/v1/attempts/${id}/feedback`, { json: { outcome: 'genuine' } });
    const nobody = stage.actor(128, { address: '127.0.2.8' });
    let tries = 0;
    for (const id of ids)
      for (const actor of [nobody, ben, ada]) {
        await say(actor, id);
        tries++;
      }
    const gained = (await samplesOf()) - before;
    return { tries, successes: gained > 0 ? 1 : 0, note: `${gained} samples more` };
  },
};

export const rows: readonly Row[] = [mixedEnrolment, duplicateEnrolment, confusableName, feedbackPoisoning];
