import { Problem } from '@visavox/console/api/problem';
import { Heading } from '@visavox/console/components/heading';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { useTranslation } from 'react-i18next';
import type { EnrolmentChallenge } from '../api/types.ts';
import { type EnrolStep, missingTakes, posesOf, type Take, type Takes } from '../capture/enrol-script.ts';
import { CaptureOptions } from '../components/capture-options.tsx';
import { GrowingHelp, type HelpWith } from '../components/growing-help.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { OtherWay } from '../components/other-way.tsx';
import { Picture } from '../components/picture.tsx';
import { RecordButton } from '../components/record-button.tsx';
import { isDeviceProblem } from '../text/code-text.ts';
import type { EnrolState } from './enrol-state.ts';

type Underway = Extract<EnrolState, { kind: 'asking' | 'capturing' }>;
type Asked = Pick<EnrolmentChallenge, 'turns' | 'prompts'>;

/** What is asked at the moment, and what has been taken so far. */
export function EnrolCapturing(props: {
  state: Underway;
  takes: Takes;
  challenge: Asked;
  onCancel: () => void;
  onRestart: () => void;
  onGuidance: () => void;
}) {
  const { t } = useTranslation('page');
  const { t: tc } = useTranslation();
  const { state, challenge } = props;
  const step = state.kind === 'capturing' ? state.step : null;
  return (
    <>
      {step ? (
        <Asking step={step} challenge={challenge} />
      ) : (
        <div className="stack tight">
          <Heading title={t('sign_in.asking_title')} />
          <p className="lead">{t('sign_in.asking_text')}</p>
        </div>
      )}
      <div className="actions">
        {step && <RecordButton step={step} />}
        <button type="button" className="button plain" onClick={props.onCancel}>
          {tc('cancel')}
        </button>
      </div>
      {step && (
        <TakeList
          takes={props.takes}
          challenge={challenge}
          now={{ kind: step.kind === 'face' ? 'face' : 'voice', index: step.index }}
        />
      )}
      <GrowingHelp what={helpWith(step)} step={`${helpWith(step)} ${step?.index ?? ''}`}>
        <OtherWay open />
      </GrowingHelp>
      <CaptureOptions allowed={step !== null} onDevices={props.onRestart} onGuidance={props.onGuidance} />
    </>
  );
}

function helpWith(step: EnrolStep | null): HelpWith {
  if (!step) return 'asking';
  if (step.kind !== 'face') return 'voice';
  return step.pose === 'left' || step.pose === 'right' ? 'turn' : 'face';
}

function Asking({ step, challenge }: { step: EnrolStep; challenge: Asked }) {
  const { t } = useTranslation('page');
  const face = step.kind === 'face';
  const of = {
    n: String(step.index + 1),
    all: String(face ? posesOf(challenge).length : challenge.prompts.length),
  };
  return (
    <div className="stack tight">
      <Heading title={t(face ? 'enrol.face_title' : 'enrol.voice_title')} />
      <p className="lead">{face ? `${t(`enrol.pose_${step.pose}`)}.` : t('enrol.voice_text')}</p>
      <p className="muted">{t(face ? 'enrol.picture_of' : 'enrol.recording_of', of)}</p>
    </div>
  );
}

export function EnrolReview(props: {
  takes: Takes;
  challenge: Asked;
  error: unknown;
  saving: boolean;
  onRedo: (take: Take) => void;
  onContinue: () => void;
  onSave: () => void;
  onOtherName: () => void;
}) {
  const { t } = useTranslation('page');
  const { t: tc } = useTranslation();
  const { takes, challenge, error, saving } = props;
  const complete = missingTakes(takes, challenge).length === 0;
  const ofTheName = error instanceof Problem && error.code.startsWith('name_');
  return (
    <>
      <div className="stack tight">
        <Heading title={t(error ? 'enrol.failed_title' : 'enrol.review_title')} />
        <p className="lead">{t(error ? 'enrol.failed_text' : 'enrol.review_text')}</p>
      </div>
      {error ? <ProblemNotice error={error} /> : null}
      <TakeList takes={takes} challenge={challenge} now={null} onRedo={saving ? undefined : props.onRedo} />
      <div className="actions">
        {complete && !ofTheName && (
          <button type="button" className="button" disabled={saving} onClick={props.onSave}>
            {saving ? t('enrol.saving') : error ? tc('retry') : t('enrol.finish')}
          </button>
        )}
        {!complete && (
          <button type="button" className="button" onClick={props.onContinue}>
            {tc('retry')}
          </button>
        )}
        {ofTheName && (
          <button type="button" className="button" onClick={props.onOtherName}>
            {t('enrol.other_name')}
          </button>
        )}
      </div>
      <CaptureOptions open={isDeviceProblem(error)} />
    </>
  );
}

function TakeList(props: {
  takes: Takes;
  challenge: Asked;
  now: Take | null;
  onRedo?: ((take: Take) => void) | undefined;
}) {
  const faces = posesOf(props.challenge).map((_, index) => ({ kind: 'face', index }) as const);
  const voices = props.challenge.prompts.map((_, index) => ({ kind: 'voice', index }) as const);
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
  const { t } = useTranslation('page');
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
