import { useTranslation } from 'react-i18next';
import type { EnrolState } from './enrol-state.ts';

const steps = ['you', 'face', 'voice', 'done'] as const;

function positionOf(state: EnrolState): number {
  switch (state.kind) {
    case 'form':
      return 0;
    case 'asking':
      return 1;
    case 'capturing':
      return state.step.kind === 'face' ? 1 : 2;
    case 'review':
    case 'saving':
      return 2;
    case 'done':
      return 4;
  }
}

export function EnrolSteps({ state }: { state: EnrolState }) {
  const { t } = useTranslation('page');
  const now = positionOf(state);
  return (
    <ol className="steps" aria-label={t('enrol.steps')}>
      {steps.map((step, index) => (
        <li
          key={step}
          data-state={index < now ? 'done' : index === now ? 'now' : 'later'}
          aria-current={index === now ? 'step' : undefined}
        >
          {t(`enrol.step_${step}`)}
        </li>
      ))}
    </ol>
  );
}
