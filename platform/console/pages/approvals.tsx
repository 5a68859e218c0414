import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { versionAddress } from '../addresses.ts';
import { approval, approvals, approve, reject } from '../api/calls.ts';
import type { Approval } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { SettingsOfRelease } from './settings-differences.tsx';

/** What waits for a second person, with what there is to look at before. */
export function Approvals({ onDone }: { onDone: (said: string) => void }) {
  const { t } = useTranslation('console');
  const open = useQuery({ queryKey: ['approvals'], queryFn: approvals, refetchInterval: 3000 });
  if (!open.data || open.data.length === 0) return null;
  return (
    <section className="stack" aria-label={t('approvals.title')}>
      <p className="muted">{t('approvals.title')}</p>
      {open.data.map((one) => (
        <Request key={one.id} asked={one} onDone={onDone} />
      ))}
    </section>
  );
}

function Request({ asked, onDone }: { asked: Approval; onDone: (said: string) => void }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const queries = useQueryClient();
  const looked = useQuery({ queryKey: ['approvals', asked.id], queryFn: () => approval(asked.id) });
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const done = (said: 'approvals.approved' | 'approvals.rejected') => () => {
    onDone(t(said, { version: String(asked.version) }));
    return queries.invalidateQueries();
  };
  const yes = useMutation({ mutationFn: approve, onSuccess: done('approvals.approved') });
  const no = useMutation({ mutationFn: reject, onSuccess: done('approvals.rejected') });
  const busy = yes.isPending || no.isPending;
  const error = yes.error ?? no.error ?? looked.error;
  const version = String(asked.version);
  return (
    <article className="card stack" aria-label={t('approvals.of', { ...asked, version })}>
      <div className="stack tight">
        <h2>
          <Link href={versionAddress({ name: asked.model, version: asked.version })}>
            {t('approvals.of', { model: asked.model, version, environment: asked.environment })}
          </Link>
        </h2>
        <p>{asked.reason}</p>
        <p className="muted small-print">
          {t('approvals.asked', { who: asked.askedBy, when: format.moment(asked.askedAt) })}
        </p>
      </div>
      {error && <ProblemNotice error={error} />}
      {looked.data && (
        <>
          <ul>
            {looked.data.checks.map(({ check, passed, said }) => (
              <li key={check}>
                {t(passed ? 'approvals.passed' : 'approvals.failed')}: {t(`approvals.check_${check}`)}{' '}
                <span className="muted">({said})</span>
              </li>
            ))}
          </ul>
          {Object.keys(looked.data.metrics).length > 0 && (
            <div className="table">
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('approvals.metric')}</th>
                    <th scope="col" className="number">
                      {t('approvals.this')}
                    </th>
                    <th scope="col" className="number">
                      {t('approvals.serving')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(looked.data.metrics).map(([name, { release, champion }]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td className="number">{release ?? '–'}</td>
                      <td className="number">{champion ?? '–'}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {looked.data.settings && <SettingsOfRelease settings={looked.data.settings} />}
        </>
      )}
      <div className="form-row">
        <TextField
          label={t('approvals.reason')}
          value={reason}
          wrong={missing ? t('approvals.reason_missing') : null}
          onChange={({ target }) => setReason(target.value)}
        />
        <button type="button" className="button" disabled={busy} onClick={() => yes.mutate(asked.id)}>
          {t('approvals.approve')}
        </button>
        <button
          type="button"
          className="button plain"
          disabled={busy}
          onClick={() => {
            setMissing(reason.trim() === '');
            if (reason.trim() !== '') no.mutate({ id: asked.id, reason: reason.trim() });
          }}
        >
          {t('approvals.reject')}
        </button>
      </div>
    </article>
  );
}
