import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { traceAddress, versionAddress } from '../addresses.ts';
import { type Place, promote, releaseSettings, rollBack } from '../api/calls.ts';
import type { Release, ReleaseSettings } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StageBadge } from '../components/state-badge.tsx';
import { SureDialog } from '../components/sure-dialog.tsx';
import { Link } from '../router.tsx';
import { useProject } from '../shell/project.tsx';
import { useFormat } from '../text/format.ts';
import { ReleaseEvents } from './release-events.tsx';
import { SettingsOfRelease } from './settings-differences.tsx';

/** What served in a model's environment, the newest first, with what can be done about it. */
export function ReleaseHistory({
  place,
  releases,
  onDone,
}: {
  place: Place;
  releases: readonly Release[];
  onDone: (said: string) => void;
}) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const name = `${place.model} · ${place.environment}`;
  const back = useMutation({
    mutationFn: rollBack,
    onSuccess() {
      setAsked(false);
      onDone(t('releases.rolled_back'));
      return queries.invalidateQueries();
    },
  });
  const release = useMutation({
    mutationFn: ({ id }: Release) => promote(id),
    onSuccess(answer, { version }) {
      setWanted(null);
      const said = 'askedBy' in answer ? 'releases.asked' : 'releases.promoted';
      onDone(t(said, { version: String(version) }));
      return queries.invalidateQueries();
    },
  });
  const [wanted, setWanted] = useState<{ release: Release; settings: ReleaseSettings } | null>(null);
  /** Where it goes out otherwise than it served before, that is looked at first. */
  const look = useMutation({
    mutationFn: ({ id }: Release) => releaseSettings(id),
    onSuccess(settings, one) {
      const isOther = settings.differences.length + settings.changes.length > 0;
      if (isOther) setWanted({ release: one, settings });
      else release.mutate(one);
    },
  });
  const champion = releases.find(({ stage }) => stage === 'champion');
  const before = releases
    .filter(({ stage, promotedAt }) => stage === 'retired' && promotedAt !== null)
    .sort((a, b) => (b.promotedAt ?? '').localeCompare(a.promotedAt ?? ''))[0];
  return (
    <section className="stack" aria-label={name}>
      <div className="between">
        <p className="muted">{name}</p>
        {champion && before && (
          <button
            type="button"
            className="button plain"
            aria-label={t('releases.roll_back_of', { place: name })}
            onClick={() => setAsked(true)}
          >
            {t('releases.roll_back')}
          </button>
        )}
      </div>
      {look.error && <ProblemNotice error={look.error} />}
      {release.error && !wanted && <ProblemNotice error={release.error} />}
      {releases.length === 0 && <p className="card muted">{t('releases.none_here')}</p>}
      <ol className="history">
        {releases.map((one) => (
          <ReleaseItem
            key={one.id}
            release={one}
            busy={release.isPending || look.isPending}
            onPromote={() => look.mutate(one)}
          />
        ))}
      </ol>
      {releases.length > 0 && <ReleaseEvents place={place} />}
      {wanted && (
        <SureDialog
          title={t('environments.promote_title', { version: String(wanted.release.version) })}
          text={t('environments.promote_text', { environment: place.environment })}
          confirm={t('releases.promote')}
          busy={release.isPending}
          error={release.error}
          onConfirm={() => release.mutate(wanted.release)}
          onClose={() => setWanted(null)}
        >
          <SettingsOfRelease settings={wanted.settings} />
        </SureDialog>
      )}
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
  const { t } = useTranslation('console');
  const format = useFormat();
  const { VersionLinks } = useProject();
  const { stage, promotedAt, model, version } = release;
  const number = String(version);
  return (
    <li className="card release" data-stage={stage}>
      <div className="between">
        <h2>
          <Link href={versionAddress({ name: model, version })}>
            {t('releases.version', { version: number })}
          </Link>{' '}
          <span className="muted">{model}</span>
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
          <Digest value={release.bundle} />
          {release.by !== undefined && ` · ${t('releases.by', { who: release.by })}`}
        </p>
        <div className="actions">
          {(stage === 'shadow' || stage === 'canary' || stage === 'held-back') && (
            <button
              type="button"
              className="button plain small"
              disabled={busy}
              aria-label={t('releases.promote_of', { version: number })}
              onClick={onPromote}
            >
              {t('releases.promote')}
            </button>
          )}
          {VersionLinks && <VersionLinks model={model} version={version} />}
          <Link
            href={traceAddress({ kind: 'release', id: release.id })}
            aria-label={t('releases.trace_of', { version: number })}
          >
            {t('releases.trace')}
          </Link>
        </div>
      </div>
    </li>
  );
}
