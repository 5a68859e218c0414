import { useTranslation } from 'react-i18next';
import { traceAddress, versionAddress } from '../addresses.ts';
import type { ExperimentDetails, ExperimentSummary } from '../api/types.ts';
import { shortId } from '../components/short-id.ts';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

type Arms = ExperimentSummary['arms'];
type Arm = Arms[number]['arm'];

/** The number of the version that an arm serves. */
export function useArmVersion() {
  const { t } = useTranslation('console');
  return (arms: Arms, arm: Arm): string => {
    const version = arms.find((one) => one.arm === arm)?.version ?? null;
    return version === null ? t('experiments.version_unknown') : String(version);
  };
}

/** What is tested, and how many people and attempts each arm has. */
export function ArmsCard({ experiment: { arms, kind, model } }: { experiment: ExperimentDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <section className="card stack" aria-labelledby="arms">
      <div className="stack tight">
        <h2 id="arms">{t('experiment.arms')}</h2>
        <p className="muted">{t(`experiment.arms_${kind}`)}</p>
      </div>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('experiment.arm')}</th>
              <th scope="col">{t('experiment.version')}</th>
              <th scope="col">{t('experiment.release')}</th>
              <th scope="col" className="number">
                {t('experiments.people')}
              </th>
              <th scope="col" className="number">
                {t('experiment.attempts')}
              </th>
            </tr>
          </thead>
          <tbody>
            {arms.map(({ arm, version, release, people, attempts }) => (
              <tr key={arm}>
                <th scope="row">{t(`experiment.arm_${arm}`)}</th>
                <td>
                  {version === null ? (
                    t('experiments.version_unknown')
                  ) : (
                    <Link href={versionAddress({ name: model, version })}>{`${model}:${version}`}</Link>
                  )}
                </td>
                <td>
                  <Link href={traceAddress({ kind: 'release', id: release })}>
                    <code>{shortId(release)}</code>
                  </Link>
                </td>
                <td className="number">{format.number(people)}</td>
                <td className="number">{format.number(attempts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
