import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { models, promote, propose, releases, rollBack } from '../api/calls.ts';
import type { Models, ModelVersion, Release } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SureDialog } from '../components/sure-dialog.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { Digest } from './digest.tsx';
import { PageHead } from './page-head.tsx';
import { StageBadge } from './state-badge.tsx';

export function ReleasesPage() {
  const { t } = useTranslation('operator');
  const list = useQuery({ queryKey: ['releases'], queryFn: releases, refetchInterval: 3000 });
  const versions = useQuery({ queryKey: ['models'], queryFn: models, refetchInterval: 10_000 });
  const [said, setSaid] = useState('');
  const error = list.error ?? versions.error;
  return (
    <>
      <PageHead title={t('releases.title')} text={t('releases.text')} />
      {error && <ProblemNotice error={error} />}
      <p role="status" className={said ? 'notice good' : 'visually-hidden'}>
        {said}
      </p>
      {versions.data && <ChangedInMlflow {...versions.data} />}
      {list.data?.length === 0 && <p className="card muted">{t('releases.none')}</p>}
      {[...histories(list.data ?? [])].map(([place, history]) => (
        <History key={place} place={place} releases={history} onDone={setSaid} />
      ))}
      {versions.data && <Propose models={versions.data.models} onDone={setSaid} />}
    </>
  );
}

/** Each model has a champion of its own in each environment. */
function histories(all: readonly Release[]): ReadonlyMap<string, readonly Release[]> {
  const found = new Map<string, Release[]>();
  for (const release of all) {
    const place = `${release.model} · ${release.environment}`;
    found.set(place, [...(found.get(place) ?? []), release]);
  }
  return found;
}

function History({
  place,
  releases: all,
  onDone,
}: {
  place: string;
  releases: readonly Release[];
  onDone: (said: string) => void;
}) {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const refresh = () => queries.invalidateQueries();
  const back = useMutation({
    mutationFn: rollBack,
    onSuccess() {
      setAsked(false);
      onDone(t('releases.rolled_back'));
      return refresh();
    },
  });
  const release = useMutation({
    mutationFn: ({ id }: Release) => promote(id),
    onSuccess(_, { version }) {
      onDone(t('releases.promoted', { version: String(version) }));
      return refresh();
    },
  });
  const champion = all.find(({ stage }) => stage === 'champion');
  const before = all
    .filter(({ stage, promotedAt }) => stage === 'retired' && promotedAt !== null)
    .sort((a, b) => (b.promotedAt ?? '').localeCompare(a.promotedAt ?? ''))[0];
  return (
    <section className="stack" aria-label={place}>
      <div className="between">
        <p className="muted">{place}</p>
        {champion && before && (
          <button type="button" className="button plain" onClick={() => setAsked(true)}>
            {t('releases.roll_back')}
          </button>
        )}
      </div>
      {release.error && <ProblemNotice error={release.error} />}
      <ol className="history">
        {all.map((one) => (
          <ReleaseItem
            key={one.id}
            release={one}
            busy={release.isPending}
            onPromote={() => release.mutate(one)}
          />
        ))}
      </ol>
      {asked && champion && before && (
        <SureDialog
          title={t('releases.roll_back_title')}
          text={t('releases.roll_back_text', { from: String(champion.version), to: String(before.version) })}
          confirm={t('releases.roll_back')}
          busy={back.isPending}
          error={back.error}
          onConfirm={() => back.mutate(champion)}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}

function ReleaseItem({
  release,
  busy,
  onPromote,
}: {
  release: Release;
  busy: boolean;
  onPromote: () => void;
}) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const { stage, promotedAt } = release;
  const version = String(release.version);
  return (
    <li className="card release" data-stage={stage}>
      <div className="between">
        <h2>
          {t('releases.version', { version })} <span className="muted">{release.model}</span>
        </h2>
        <StageBadge stage={stage} />
      </div>
      <p>{release.reason}</p>
      <div className="between">
        <p className="muted small-print">
          {promotedAt
            ? t(stage === 'champion' ? 'releases.served_from' : 'releases.served', {
                when: format.moment(promotedAt),
              })
            : `${t('releases.created')} ${format.moment(release.createdAt)}`}
          {' · '}
          {release.environment}
          {' · '}
          <Digest value={release.bundle} />
        </p>
        <div className="actions">
          {(stage === 'shadow' || stage === 'canary' || stage === 'held-back') && (
            <button
              type="button"
              className="button plain small"
              disabled={busy}
              aria-label={t('releases.promote_of', { version })}
              onClick={onPromote}
            >
              {t('releases.promote')}
            </button>
          )}
          <Link
            href={`/console/models/${encodeURIComponent(release.model)}/${version}/report`}
            aria-label={t('releases.report_of', { version })}
          >
            {t('releases.report')}
          </Link>
          <Link
            href={`/console/trace/release/${encodeURIComponent(release.id)}`}
            aria-label={t('releases.trace_of', { version })}
          >
            {t('releases.trace')}
          </Link>
        </div>
      </div>
    </li>
  );
}

/** What MLflow shows of versions otherwise than it is: somebody changed it there. */
function ChangedInMlflow({ models, notOurs }: Models) {
  const { t } = useTranslation('operator');
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

function Propose({ models, onDone }: { models: readonly ModelVersion[]; onDone: (said: string) => void }) {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const newest = [...models].sort((a, b) => a.name.localeCompare(b.name) || b.version - a.version);
  const [chosen, setChosen] = useState<string | null>(null);
  const version = newest.find((one) => modelReference(one) === chosen) ?? newest[0];
  const several = new Set(newest.map(({ name }) => name)).size > 1;
  const send = useMutation({
    mutationFn: propose,
    onSuccess(_, sent) {
      onDone(t('releases.proposed', { version: String(sent.version) }));
      return queries.invalidateQueries({ queryKey: ['releases'] });
    },
  });
  if (version === undefined) return null;
  return (
    <section className="card stack" aria-labelledby="propose">
      <div className="stack tight">
        <h2 id="propose">{t('releases.propose')}</h2>
        <p className="muted">{t('releases.propose_text')}</p>
      </div>
      {send.isError && <ProblemNotice error={send.error} />}
      <div className="actions">
        <label className="field">
          <span className="visually-hidden">{t('releases.model')}</span>
          <select value={modelReference(version)} onChange={({ target }) => setChosen(target.value)}>
            {newest.map((model) => (
              <option key={modelReference(model)} value={modelReference(model)}>
                {several ? modelReference(model) : t('releases.version', { version: String(model.version) })}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button"
          disabled={send.isPending}
          onClick={() => send.mutate(version)}
        >
          {t('releases.propose_go')}
        </button>
      </div>
    </section>
  );
}

const modelReference = ({ name, version }: Pick<ModelVersion, 'name' | 'version'>) => `${name}:${version}`;
