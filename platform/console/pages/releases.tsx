import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { models, type Place, propose, releases, status } from '../api/calls.ts';
import type { Models, ModelVersion } from '../api/types.ts';
import { DoneNotice } from '../components/done-notice.tsx';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Approvals } from './approvals.tsx';
import { EnvironmentSettings } from './environment-settings.tsx';
import { ReleaseHistory } from './release-history.tsx';

export function ReleasesPage() {
  const { t } = useTranslation('console');
  const list = useQuery({ queryKey: ['releases'], queryFn: releases, refetchInterval: 3000 });
  const versions = useQuery({ queryKey: ['models'], queryFn: models, refetchInterval: 10_000 });
  const places = useQuery({ queryKey: ['status'], queryFn: status });
  const [said, setSaid] = useState('');
  const error = list.error ?? versions.error ?? places.error;
  const declared = (places.data?.environments ?? []).map(({ model, name }) => ({ model, environment: name }));
  return (
    <>
      <PageHead title={t('releases.title')} text={t('releases.text')} />
      {error && <ProblemNotice error={error} />}
      <DoneNotice text={said} />
      <Approvals onDone={setSaid} />
      {versions.data && <ChangedInMlflow {...versions.data} />}
      {list.data?.length === 0 && <Empty title={t('releases.none')} text={t('releases.none_text')} />}
      {list.data &&
        list.data.length > 0 &&
        declared.map((place) => (
          <ReleaseHistory
            key={`${place.model} ${place.environment}`}
            place={place}
            releases={list.data.filter(
              ({ model, environment }) => model === place.model && environment === place.environment,
            )}
            onDone={setSaid}
          />
        ))}
      <EnvironmentSettings />
      {versions.data && <Propose models={versions.data.models} places={declared} onDone={setSaid} />}
    </>
  );
}

/** What MLflow shows of versions otherwise than it is: somebody changed it there. */
export function ChangedInMlflow({ models, notOurs }: Models) {
  const { t } = useTranslation('console');
  const changed = [
    ...models.flatMap(({ name, version, differences }) =>
      differences.map((difference) => ({ name, version, difference })),
    ),
    ...notOurs,
  ];
  if (changed.length === 0) return null;
  return (
    <div className="notice bad">
      <p>{t('releases.changed_in_mlflow')}</p>
      <ul>
        {changed.map(({ name, version, difference }) => (
          <li key={`${name}:${version} ${difference}`}>{`${name}:${version}: ${difference}`}</li>
        ))}
      </ul>
    </div>
  );
}

/** `places`: where models are released; versions of others cannot be proposed. */
export function Propose({
  models,
  places,
  onDone,
}: {
  models: readonly ModelVersion[];
  places: readonly Place[];
  onDone: (said: string) => void;
}) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const newest = models
    .filter(({ name }) => places.some(({ model }) => model === name))
    .sort((a, b) => a.name.localeCompare(b.name) || b.version - a.version);
  const [chosen, setChosen] = useState<string | null>(null);
  const [where, setWhere] = useState<string | null>(null);
  const version = newest.find((one) => referenceOf(one) === chosen) ?? newest[0];
  const environments = places.filter(({ model }) => model === version?.name);
  const place = environments.find(({ environment }) => environment === where) ?? environments[0];
  const several = new Set(newest.map(({ name }) => name)).size > 1;
  const send = useMutation({
    mutationFn: propose,
    onSuccess(_, sent) {
      onDone(t('releases.proposed', { version: String(sent.version) }));
      return queries.invalidateQueries();
    },
  });
  if (version === undefined || place === undefined) return null;
  return (
    <section className="card stack" aria-labelledby="propose">
      <div className="stack tight">
        <h2 id="propose">{t('releases.propose')}</h2>
        <p className="muted">{t('releases.propose_text')}</p>
      </div>
      {send.isError && <ProblemNotice error={send.error} />}
      <div className="form-row">
        <label className="field">
          {t('releases.model')}
          <select value={referenceOf(version)} onChange={({ target }) => setChosen(target.value)}>
            {newest.map((model) => (
              <option key={referenceOf(model)} value={referenceOf(model)}>
                {several ? referenceOf(model) : t('releases.version', { version: String(model.version) })}
              </option>
            ))}
          </select>
        </label>
        {environments.length > 1 && (
          <label className="field">
            {t('releases.environment')}
            <select value={place.environment} onChange={({ target }) => setWhere(target.value)}>
              {environments.map(({ environment }) => (
                <option key={environment}>{environment}</option>
              ))}
            </select>
          </label>
        )}
        <button
          type="button"
          className="button"
          disabled={send.isPending}
          onClick={() => send.mutate({ ...version, environment: place.environment })}
        >
          {t('releases.propose_go')}
        </button>
      </div>
    </section>
  );
}

const referenceOf = ({ name, version }: Pick<ModelVersion, 'name' | 'version'>) => `${name}:${version}`;
