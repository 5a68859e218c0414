import { useTranslation } from 'react-i18next';
import type { ExperimentDetails } from '../api/types.ts';
import { useFormat } from '../text/format.ts';

type Plan = ExperimentDetails['plan'];

/** What was agreed on before the first person came. */
export function PlanCard({ plan }: { plan: Plan }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { kind, metrics, alpha = 0, margin = 0, window = 0, ramp = [], horizon, otherwise } = plan;
  const named = (wanted: string) =>
    metrics
      .filter(({ role }) => role === wanted)
      .map(({ name }) => name)
      .join(', ');
  const steps = cumulative(ramp).map(({ share, until }) =>
    until === null
      ? t('experiment.ramp_last', { share: format.figure(100 * share) })
      : t('experiment.ramp_step', { share: format.figure(100 * share), people: format.number(until) }),
  );
  const facts = {
    primary: named('primary'),
    guardrails: named('guardrail'),
    alpha: t('experiment.alpha_text', { alpha: format.figure(alpha), bound: format.figure(1 / alpha) }),
    margin: t('experiment.margin_text', { margin: format.figure(margin) }),
    window: t('experiment.window_text', { count: window }),
    ramp: kind === 'ab' ? steps.join(', ') : '',
    horizon: t('experiment.horizon_text', {
      people: format.number(horizon?.people ?? 0),
      days: format.number(horizon?.days ?? 0),
    }),
    otherwise: t(`experiment.arm_${otherwise ?? 'champion'}`),
  };
  return (
    <section className="card stack" aria-labelledby="plan">
      <div className="stack tight">
        <h2 id="plan">{t('experiment.plan')}</h2>
        <p className="muted">{t(`experiment.plan_${kind}`)}</p>
      </div>
      <dl className="pins">
        {namesOf(facts)
          .filter((name) => facts[name] !== '')
          .map((name) => (
            <div key={name} className="pair">
              <dt>{t(`experiment.fact_${name}`)}</dt>
              <dd>{facts[name]}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function namesOf<T extends object>(facts: T): (keyof T)[] {
  return Object.keys(facts) as (keyof T)[]; // it has no others
}

/** Until how many people are the challenger's each share holds; null for the last one, which stays. */
function cumulative(ramp: NonNullable<Plan['ramp']>) {
  let people = 0;
  return ramp.map((step, index) => {
    people += step.people;
    return { share: step.share, until: index === ramp.length - 1 ? null : people };
  });
}
