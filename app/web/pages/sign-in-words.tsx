import { Heading } from '@visavox/console/components/heading';
import { useTranslation } from 'react-i18next';
import { CaptureOptions } from '../components/capture-options.tsx';
import { GrowingHelp, type HelpWith } from '../components/growing-help.tsx';
import { OtherWay } from '../components/other-way.tsx';
import { RecordButton } from '../components/record-button.tsx';
import type { Underway } from './sign-in-state.ts';

/** Steps that look alike to the person: one heading, one help. */
const PHASES = {
  asking: { words: 'asking', help: 'asking' },
  looking: { words: 'looking', help: 'face' },
  turning: { words: 'turning', help: 'turn' },
  looking_back: { words: 'looking_back', help: 'turn' },
  ready: { words: 'speaking', help: 'voice' },
  speaking: { words: 'speaking', help: 'voice' },
  checking: { words: 'checking', help: 'checking' },
} as const satisfies Record<Underway['kind'], { words: Underway['kind']; help: HelpWith }>;

/** What is asked of the person at the moment. */
export function SignInWords(props: {
  step: Underway;
  name: string;
  onCancel: () => void;
  onRestart: () => void;
  onGuidance: () => void;
  /** Begins anew with more digits instead of a turn. */
  onWithoutTurn: () => void;
}) {
  const { t } = useTranslation('page');
  const { t: tc } = useTranslation();
  const { step } = props;
  const { words, help } = PHASES[step.kind];
  const lead =
    step.kind === 'turning' ? t(`sign_in.turn_${step.turn}`) : t(`sign_in.${PHASES[step.kind].words}_text`);
  return (
    <>
      <div className="stack tight">
        <Heading title={t(`sign_in.${words}_title`)} />
        <p className="lead">{lead}</p>
      </div>
      <div className="actions">
        <RecordButton step={step} />
        <button type="button" className="button plain" onClick={props.onCancel}>
          {tc('cancel')}
        </button>
      </div>
      <GrowingHelp what={help} step={words}>
        {step.kind === 'turning' && (
          <button type="button" className="button plain" onClick={props.onWithoutTurn}>
            {t('sign_in.cannot_turn')}
          </button>
        )}
        <OtherWay name={props.name} open />
      </GrowingHelp>
      <CaptureOptions
        allowed={step.kind !== 'asking'}
        onDevices={props.onRestart}
        onGuidance={props.onGuidance}
      />
    </>
  );
}
