import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrol, session } from '../api/calls.ts';
import { addFaceAndVoice } from '../api/ways-in-calls.ts';
import { enrolScript, missingTakes, promptsToSay, type Take, type Takes } from '../capture/enrol-script.ts';
import { useCapture } from '../capture/use-capture.ts';
import { useAddress } from '../router.tsx';
import { EnrolDone } from './enrol-done.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { EnrolStage } from './enrol-stage.tsx';
import type { EnrolState } from './enrol-state.ts';
import { EnrolSteps } from './enrol-steps.tsx';
import { EnrolCapturing, EnrolReview } from './enrol-takes.tsx';

const NOTHING: Takes = { faces: [], voices: [] };

/** For newcomers; with `?me`, for a member who takes part without face and voice until now. */
export function EnrolPage() {
  const { t } = useTranslation();
  const address = useAddress();
  const [typed, setName] = useState(address.searchParams.get('name') ?? '');
  const current = useQuery({ queryKey: ['session'], queryFn: session });
  const member = address.searchParams.has('me') ? (current.data?.person ?? null) : null;
  const name = member?.name ?? typed;
  const [state, setState] = useState<EnrolState>({ kind: 'form' });
  const [takes, setTakes] = useState<Takes>(NOTHING);
  // One key for one set of recordings, however often it has to be sent.
  const [key, setKey] = useState(newKey);
  const [prompts] = useState(() => promptsToSay());
  const capture = useCapture();

  const run = async (wanted: readonly Take[]) => {
    if (wanted.length === 0) return setState({ kind: 'review', error: null });
    setState({ kind: 'asking' });
    setKey(newKey());
    try {
      await capture.start((capturing) =>
        enrolScript({ wanted, prompts }, capturing, {
          step: (step) => setState({ kind: 'capturing', step }),
          taken: (take, recording) => setTakes((before) => withTake(before, take, recording)),
        }),
      );
      setState({ kind: 'review', error: null });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        setState({ kind: 'review', error });
    }
  };

  const save = async () => {
    setState({ kind: 'saving' });
    try {
      const recordings = {
        faces: takes.faces.filter((face) => face !== undefined),
        voices: takes.voices.filter((voice) => voice !== undefined),
        prompts,
      };
      const person = member
        ? await addFaceAndVoice(member.id, recordings)
        : await enrol({ ...recordings, name: name.trim(), idempotencyKey: key });
      setTakes(NOTHING);
      setState({ kind: 'done', person });
    } catch (error) {
      setState({ kind: 'review', error });
    }
  };

  const toForm = () => {
    capture.stop();
    setState({ kind: 'form' });
  };

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
            onGo={() => run(missingTakes(takes))}
          />
        ) : state.kind === 'done' ? (
          <EnrolDone person={state.person} member={member !== null} />
        ) : capturing ? (
          <>
            <EnrolCapturing state={state} takes={takes} />
            <div className="actions">
              <button type="button" className="button plain" onClick={toForm}>
                {t('cancel')}
              </button>
            </div>
          </>
        ) : (
          <EnrolReview
            takes={takes}
            error={state.kind === 'review' ? state.error : null}
            saving={state.kind === 'saving'}
            onRedo={(take) => run([take])}
            onContinue={() => run(missingTakes(takes))}
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

function withTake(takes: Takes, take: Take, recording: Blob): Takes {
  const place = take.kind === 'face' ? 'faces' : 'voices';
  const list = [...takes[place]];
  list[take.index] = recording;
  return { ...takes, [place]: list };
}
