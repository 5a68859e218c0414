import { useTranslation } from 'react-i18next';
import { Heading } from '../components/heading.tsx';
import type { SignInState } from './sign-in-state.ts';

type Underway = Extract<SignInState, { kind: 'asking' | 'looking' | 'turning' | 'speaking' | 'checking' }>;

/** What is asked of the person at the moment. */
export function SignInWords({ step }: { step: Underway }) {
  const { t } = useTranslation();
  return (
    <div className="stack tight">
      <Heading title={t(`sign_in.${step.kind}_title`)} />
      <p className="lead">
        {step.kind === 'turning' ? t(`sign_in.turn_${step.turn}`) : t(`sign_in.${step.kind}_text`)}
      </p>
    </div>
  );
}
