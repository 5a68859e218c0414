import { useQuery } from '@tanstack/react-query';
import { Problem } from '@visavox/console/api/problem';
import { useAddress } from '@visavox/console/router';
import { useCodeText } from '@visavox/console/text/code-text';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrol, enrolmentChallenge, openInvitation, session, type TurnFrames } from '../api/calls.ts';
import type { EnrolmentChallenge } from '../api/types.ts';
import { addFaceAndVoice } from '../api/ways-in-calls.ts';
import {
  type EnrolStep,
  enrolScript,
  missingTakes,
  NOTHING_TAKEN,
  type Take,
  type Takes,
} from '../capture/enrol-script.ts';
import { keptGuidance } from '../capture/guidance-settings.ts';
import { useCapture } from '../capture/use-capture.ts';
import { vibrate } from '../capture/vibrate.ts';
import { useSpokenGuide } from '../components/use-spoken-guide.ts';
import { EnrolDone } from './enrol-done.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { EnrolStage } from './enrol-stage.tsx';
import type { EnrolState } from './enrol-state.ts';
import { EnrolSteps } from './enrol-steps.tsx';
import { EnrolCapturing, EnrolReview } from './enrol-takes.tsx';

/** A challenge is good for ten minutes; what is begun in the last one would come too late. */
const FRESH_MS = 9 * 60_000;
const FORM: EnrolState = { kind: 'form', error: null };
/** What the server says where the frames of the turns are to blame. */
const OF_THE_TURNS = new Set(['turn_not_seen', 'face_not_followed', 'frames_missing']);
const NOT_ASKED = { turns: [], prompts: [] } as const;

/** For newcomers; with `?me`, for a member who takes part without face and voice until now. */
export function EnrolPage() {
  const { t } = useTranslation('page');
  const explain = useCodeText();
  const address = useAddress();
  const invitation = address.searchParams.get('invitation') ?? undefined;
  const invited = useQuery({
    queryKey: ['invitation', invitation],
    queryFn: () => openInvitation(invitation ?? ''),
    enabled: invitation !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [typed, setName] = useState(address.searchParams.get('name') ?? '');
  const current = useQuery({ queryKey: ['session'], queryFn: session });
  const member = address.searchParams.has('me') ? (current.data?.person ?? null) : null;
  const name = member?.name ?? invited.data?.name ?? typed;
  const [withoutTurn, setWithoutTurn] = useState(false);
  const [state, setState] = useState<EnrolState>(FORM);
  const [takes, setTakes] = useState<Takes>(NOTHING_TAKEN);
  // One key for one set of recordings, however often it has to be sent.
  const [key, setKey] = useState(newKey);
  const asked = useRef<{ challenge: EnrolmentChallenge; until: number; withoutTurn: boolean } | null>(null);
  const capture = useCapture();
  const spoken = useSpokenGuide();
  const told = useRef('');

  /** The challenge that what has been taken answers, or a new one for which everything is taken anew. */
  const challengeFor = async (had: Takes): Promise<{ challenge: EnrolmentChallenge; takes: Takes }> => {
    const now = asked.current;
    if (now && performance.now() < now.until && now.withoutTurn === withoutTurn)
      return { challenge: now.challenge, takes: had };
    const challenge = await enrolmentChallenge({ withoutTurn, invitation });
    asked.current = { challenge, until: performance.now() + FRESH_MS, withoutTurn };
    setTakes(NOTHING_TAKEN);
    return { challenge, takes: NOTHING_TAKEN };
  };

  /** Shows the step, and says it where that is wished for. */
  const tell = async (step: EnrolStep): Promise<void> => {
    setState({ kind: 'capturing', step });
    const what = `${step.kind} ${step.index}`;
    const isNew = what !== told.current;
    told.current = what;
    if (step.kind === 'face') return isNew ? spoken.say(t(`enrol.pose_${step.pose}`)) : undefined;
    if (step.kind === 'speaking' && keptGuidance().byHand) return spoken.stop();
    if (step.kind === 'hearing' || (step.kind === 'speaking' && step.state !== 'told')) return;
    const digits = t('say_digits', { digits: [...step.digits].join(', ') });
    return spoken.say(`${step.mend ? explain(step.mend) : ''} ${digits}`);
  };

  const { hint } = capture.guidance;
  const isFace = state.kind === 'capturing' && state.step.kind === 'face';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a hint is said when it changes
  useEffect(() => {
    if (isFace && hint && hint !== 'looking') spoken.hint(explain(hint));
  }, [isFace, hint]);

  /** Takes what is missing, or one picture or recording anew. */
  const run = async (redo?: Take) => {
    setState({ kind: 'asking' });
    setKey(newKey());
    spoken.enabled = keptGuidance().spoken;
    try {
      const { challenge, takes: had } = await challengeFor(takes);
      const missing = missingTakes(had, challenge);
      const wanted = redo && missing.length === 0 ? [redo] : missing;
      if (wanted.length === 0) return setState({ kind: 'review', error: null });
      await capture.start((capturing) =>
        enrolScript({ wanted, challenge }, capturing, {
          step: tell,
          taken(take, recording) {
            // After a recording the next one begins at once, and would hear it.
            if (take.kind === 'face') vibrate('taken');
            setTakes((before) => withTake(before, take, recording));
          },
          turned: (turns) => setTakes((before) => ({ ...before, turns })),
        }),
      );
      setState({ kind: 'review', error: null });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      setState(asked.current ? { kind: 'review', error } : { kind: 'form', error });
      if (!(error instanceof Problem)) throw error;
      void spoken.say(explain(error.code));
    }
  };

  const save = async () => {
    const challenge = asked.current?.challenge;
    if (!challenge) return;
    setState({ kind: 'saving' });
    try {
      const recordings = {
        challenge: challenge.id,
        faces: takes.faces.filter((face) => face !== undefined),
        voices: takes.voices.filter((voice) => voice !== undefined),
        ...(takes.turns.length > 0 ? { turns: turnFrames(takes.turns) } : {}),
      };
      const person = member
        ? await addFaceAndVoice(member.id, recordings)
        : await enrol({ ...recordings, name: name.trim(), invitation, idempotencyKey: key });
      setTakes(NOTHING_TAKEN);
      setState({ kind: 'done', person });
    } catch (error) {
      if (error instanceof Problem) forgetWhatIsOfNoUse(error);
      setState({ kind: 'review', error });
    }
  };

  /** What the server refused is taken anew, and nothing else. */
  const forgetWhatIsOfNoUse = ({ code, take }: Problem) => {
    if (code.startsWith('challenge_')) {
      if (asked.current) asked.current.until = 0;
      setTakes(NOTHING_TAKEN);
    }
    if (code === 'digits_not_heard') setTakes((before) => ({ ...before, voices: [] }));
    if (OF_THE_TURNS.has(code)) setTakes((before) => ({ ...before, turns: [] }));
    if (take) setTakes((before) => withTake(before, take, undefined));
  };

  const toForm = () => {
    capture.stop();
    spoken.stop();
    setState(FORM);
  };

  const challenge = asked.current?.challenge ?? NOT_ASKED;
  const capturing = state.kind === 'capturing' || state.kind === 'asking';
  return (
    <div className={capturing ? 'two capturing' : 'two'}>
      <div className="words">
        <EnrolSteps state={state} />
        {state.kind === 'form' ? (
          <EnrolForm
            name={name}
            onName={setName}
            member={member !== null}
            withoutTurn={withoutTurn}
            onWithoutTurn={setWithoutTurn}
            error={state.error ?? invited.error}
            invited={invited.isSuccess}
            onPrepare={capture.prepare}
            onGo={() => run()}
          />
        ) : state.kind === 'done' ? (
          <EnrolDone person={state.person} member={member !== null} />
        ) : capturing ? (
          <EnrolCapturing
            state={state}
            takes={takes}
            challenge={challenge}
            onCancel={toForm}
            onRestart={() => run()}
            onGuidance={() => {
              spoken.enabled = keptGuidance().spoken;
            }}
          />
        ) : (
          <EnrolReview
            takes={takes}
            challenge={challenge}
            error={state.kind === 'review' ? state.error : null}
            saving={state.kind === 'saving'}
            onRedo={(take) => run(take)}
            onContinue={() => run()}
            onSave={save}
            onOtherName={toForm}
          />
        )}
      </div>
      <div className="camera">
        <EnrolStage state={state} capture={capture} />
      </div>
    </div>
  );
}

function newKey(): string {
  // crypto.randomUUID exists in secure contexts only; the form is shown in others as well.
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function turnFrames(turns: Takes['turns']): TurnFrames {
  const began = turns[0]?.at ?? 0;
  return {
    frames: turns.map(({ jpeg }) => jpeg),
    times: turns.map(({ at }) => Math.round(at - began)),
  };
}

function withTake(takes: Takes, take: Take, recording: Blob | undefined): Takes {
  const place = take.kind === 'face' ? 'faces' : 'voices';
  const list = [...takes[place]];
  list[take.index] = recording;
  return { ...takes, [place]: list };
}
