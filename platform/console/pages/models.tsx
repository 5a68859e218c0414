import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelAddress, versionAddress } from '../addresses.ts';
import { models, status } from '../api/calls.ts';
import type { Environment, ModelVersion } from '../api/types.ts';
import { DoneNotice } from '../components/done-notice.tsx';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { Register } from './register.tsx';
import { ChangedInMlflow } from './releases.tsx';

export function ModelsPage() {
  const { t } = useTranslation('console');
  const list = useQuery({ queryKey: ['models'], queryFn: models, refetchInterval: 5000 });
  const places = useQuery({ queryKey: ['status'], queryFn: status });
  const [said, setSaid] = useState('');
  const error = list.error ?? places.error;
  const environments = places.data?.environments ?? [];
  const names = [
    ...new Set([
      ...environments.map(({ model }) => model),
      ...(list.data?.models ?? []).map(({ name }) => name),
    ]),
  ].sort();
  return (
    <>
      <PageHead title={t('models.title')} text={t('models.text')} />
      {error && <ProblemNotice error={error} />}
      <DoneNotice text={said} />
      {list.data && <ChangedInMlflow {...list.data} />}
      {list.data && names.length === 0 && (
        <Empty
          title={t('models.none')}
          text={t('models.none_text')}
          command="visavox models register NAME --from RUN/TASK/OUTPUT"
        />
      )}
      {list.data && names.length > 0 && (
        <ModelTable names={names} versions={list.data.models} environments={environments} />
      )}
      <Register onDone={setSaid} />
    </>
  );
}

function ModelTable(props: {
  names: readonly string[];
  /** Of each model the newest first. */
  versions: readonly ModelVersion[];
  environments: readonly Environment[];
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="card table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('models.name')}</th>
            <th scope="col" className="number">
              {t('models.versions')}
            </th>
            <th scope="col">{t('models.newest')}</th>
            <th scope="col">{t('models.serving')}</th>
            <th scope="col" className="optional">
              {t('models.registered')}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.names.map((name) => {
            const versions = props.versions.filter((one) => one.name === name);
            const [newest] = versions;
            return (
              <tr key={name}>
                <th scope="row">
                  <Link href={modelAddress(name)}>{name}</Link>
                </th>
                <td className="number">{format.number(versions.length)}</td>
                <td>
                  {newest && (
                    <Link href={versionAddress(newest)}>
                      {t('model.version', { version: String(newest.version) })}
                    </Link>
                  )}
                </td>
                <td>
                  <Champions environments={props.environments.filter(({ model }) => model === name)} />
                </td>
                <td className="optional">{newest && format.moment(newest.createdAt)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Champions({ environments }: { environments: readonly Environment[] }) {
  const { t } = useTranslation('console');
  const serving = environments.flatMap(({ name, champion }) => (champion ? [{ name, ...champion }] : []));
  if (serving.length === 0) return <span className="muted">{t('overview.champion_none')}</span>;
  return serving.map(({ name, model, version }) => (
    <span key={name} className="block">
      <Link href={versionAddress({ name: model, version })}>
        {t('model.version', { version: String(version) })}
      </Link>{' '}
      <span className="muted">{name}</span>
    </span>
  ));
}
