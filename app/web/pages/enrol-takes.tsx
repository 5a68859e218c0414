import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem.ts';
import { missingTakes, poses, type Take, type Takes, UTTERANCES } from '../capture/enrol-script.ts';
import { Heading } from '../components/heading.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { Picture } from '../components/picture.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import type { EnrolState } from './enrol-state.ts';

type Underway = Extract<EnrolState, { kind: 'asking' | 'capturing' }>;

/** What is asked at the moment, and what has been taken so far. */
export function EnrolCapturing({ state, takes }: { state: Underway; takes: Takes }) {
  const { t } = useTranslation();
  if (state.kind === 'asking')
    return (
      <div className="stack tight">
        <Heading title={t('sign_in.asking_title')} />
        <p className="lead">{t('sign_in.asking_text')}</p>
      </div>
    );
  const { step } = state;
  const face = step.kind === 'face';
  return (
    <>
      <div className="stack tight">
        <Heading title={t(face ? 'enrol.face_title' : 'enrol.voice_title')} />
        <p className="lead">{face ? `${t(`enrol.pose_${step.pose}`)}.` : t('enrol.voice_text')}</p>
        <p className="muted">
          {face
            ? t('enrol.picture_of', { n: String(step.index + 1), all: String(poses.length) })
            : t('enrol.recording_of', { n: String(step.index + 1), all: String(UTTERANCES) })}
        </p>
      </div>
      <TakeList takes={takes} now={{ kind: face ? 'face' : 'voice', index: step.index }} />
    </>
  );
}

export function EnrolReview(props: {
  takes: Takes;
  error: unknown;
  saving: boolean;
  onRedo: (take: Take) => void;
  onContinue: () => void;
  onSave: () => void;
  onOtherName: () => void;
}) {
  const { t } = useTranslation();
  const { takes, error, saving } = props;
  const complete = missingTakes(takes).length === 0;
  const nameTaken = error instanceof Problem && error.code === 'name_taken';
  return (
    <>
      <div className="stack tight">
        <Heading title={t(error ? 'enrol.failed_title' : 'enrol.review_title')} />
        <p className="lead">{t(error ? 'enrol.failed_text' : 'enrol.review_text')}</p>
      </div>
      {error ? <ProblemNotice error={error} /> : null}
      <TakeList takes={takes} now={null} onRedo={saving ? undefined : props.onRedo} />
      <div className="actions">
        {complete && !nameTaken && (
          <button type="button" className="button" disabled={saving} onClick={props.onSave}>
            {t(saving ? 'enrol.saving' : error ? 'retry' : 'enrol.finish')}
          </button>
        )}
        {!complete && (
          <button type="button" className="button" onClick={props.onContinue}>
            {t('retry')}
          </button>
        )}
        {nameTaken && (
          <button type="button" className="button" onClick={props.onOtherName}>
            {t('enrol.other_name')}
          </button>
        )}
      </div>
    </>
  );
}

function TakeList(props: { takes: Takes; now: Take | null; onRedo?: ((take: Take) => void) | undefined }) {
  const faces = poses.map((_, index) => ({ kind: 'face', index }) as const);
  const voices = Array.from({ length: UTTERANCES }, (_, index) => ({ kind: 'voice', index }) as const);
  return (
    <div className="stack">
      {[faces, voices].map((list) => (
        <ul className="takes" key={list[0]?.kind}>
          {list.map((take) => (
            <TakeItem key={take.index} take={take} {...props} />
          ))}
        </ul>
      ))}
    </div>
  );
}

function TakeItem({
  take,
  takes,
  now,
  onRedo,
}: {
  take: Take;
  takes: Takes;
  now: Take | null;
  onRedo?: ((take: Take) => void) | undefined;
}) {
  const { t } = useTranslation();
  const recording = (take.kind === 'face' ? takes.faces : takes.voices)[take.index];
  const current = now?.kind === take.kind && now.index === take.index;
  const what = t(take.kind === 'face' ? 'enrol.picture' : 'enrol.recording', { n: String(take.index + 1) });
  return (
    <li className={`take ${take.kind}`} data-state={current ? 'now' : recording ? 'taken' : 'missing'}>
      <div className="picture">
        {recording && take.kind === 'face' ? (
          <Picture jpeg={recording} label={what} />
        ) : recording ? (
          <CheckIcon />
        ) : (
          <span aria-hidden="true">{take.index + 1}</span>
        )}
      </div>
      <span className="visually-hidden">
        {what}
        {recording ? `: ${t('enrol.taken')}` : ''}
      </span>
      {onRedo && recording && (
        <button
          type="button"
          className="button quiet small"
          aria-label={t('enrol.redo_what', { what })}
          onClick={() => onRedo(take)}
        >
          {t('enrol.redo')}
        </button>
      )}
    </li>
  );
}
