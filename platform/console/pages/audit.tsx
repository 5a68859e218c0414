import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { auditExportAddress, auditPage, auditVerdict } from '../api/calls.ts';
import type { AuditEntry } from '../api/types.ts';
import { PageHead } from '../components/page-head.tsx';
import { Paging } from '../components/paging.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { navigate, queryWith, useAddress } from '../router.tsx';
import { useFormat } from '../text/format.ts';

const ON_A_PAGE = 50;
const outcomes: readonly AuditEntry['outcome'][] = ['asked', 'done', 'refused'];
const filters = ['by', 'action', 'target'] as const;

/** Who did what, a page at a time. */
export function AuditPage() {
  const { t } = useTranslation('console');
  const { start, filter } = wishOf(useAddress().searchParams);
  const wish = { ...filter, start, limit: ON_A_PAGE };
  const list = useQuery({
    queryKey: ['audit', wish],
    queryFn: () => auditPage(wish),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const verify = useMutation({ mutationFn: auditVerdict });
  const verdict = verify.data;
  const error = list.error ?? verify.error;
  return (
    <>
      <PageHead title={t('audit.title')} text={t('audit.text')} />
      {error && <ProblemNotice error={error} />}
      {verdict && (
        <p role="status" className={verdict.intact ? 'notice good' : 'notice bad'}>
          {verdict.intact
            ? t('audit.intact', { entries: String(verdict.entries) })
            : t('audit.tampered', { where: verdict.faults.map(({ position }) => position).join(', ') })}
        </p>
      )}
      <section className="card stack" aria-label={t('audit.title')}>
        <div className="form-row">
          {filters.map((name) => (
            <TextField
              key={name}
              label={t(`audit.${name}`)}
              type="search"
              value={filter[name] ?? ''}
              onChange={({ target }) => navigate(queryWith({ [name]: target.value, start: null }), 'replace')}
            />
          ))}
          <label className="field">
            {t('audit.outcome')}
            <select
              value={filter.outcome ?? ''}
              onChange={({ target }) =>
                navigate(queryWith({ outcome: target.value, start: null }), 'replace')
              }
            >
              <option value="">{t('audit.any')}</option>
              {outcomes.map((outcome) => (
                <option key={outcome} value={outcome}>
                  {t(`audit.${outcome}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div className="actions">
          <a className="button plain small" href={auditExportAddress(filter)} download="audit.jsonl">
            {t('audit.export')}
          </a>
          <button
            type="button"
            className="button plain small"
            disabled={verify.isPending}
            onClick={() => verify.mutate()}
          >
            {t('audit.verify')}
          </button>
        </div>
        {list.data?.total === 0 && <p className="muted">{t('audit.none')}</p>}
        {list.data && list.data.total > 0 && (
          <>
            <Entries entries={list.data.entries} />
            <Paging start={start} found={list.data.total} size={ON_A_PAGE} />
          </>
        )}
      </section>
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            <th scope="col" className="number">
              {t('audit.entry')}
            </th>
            <th scope="col">{t('audit.at')}</th>
            <th scope="col">{t('audit.by')}</th>
            <th scope="col">{t('audit.action')}</th>
            <th scope="col">{t('audit.outcome')}</th>
            <th scope="col">{t('audit.target')}</th>
            <th scope="col">{t('audit.reason')}</th>
            <th scope="col">{t('audit.network')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.position}>
              <th scope="row" className="number">
                {format.number(entry.position)}
              </th>
              <td>{format.moment(entry.at)}</td>
              <td>{entry.by}</td>
              <td>
                <code>{entry.action}</code>
              </td>
              <td>{t(`audit.${entry.outcome}`)}</td>
              <td>
                <code className="long">{entry.target ?? '–'}</code>
              </td>
              <td>{entry.reason ?? '–'}</td>
              <td>{entry.network ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Filter = Partial<Record<(typeof filters)[number], string>> & { outcome?: AuditEntry['outcome'] };

function wishOf(address: URLSearchParams): { start: number; filter: Filter } {
  const texts = filters.flatMap((name) => {
    const given = address.get(name);
    return given ? [[name, given] as const] : [];
  });
  const outcome = outcomes.find((one) => one === address.get('outcome'));
  return {
    start: Math.max(0, Number.parseInt(address.get('start') ?? '0', 10) || 0),
    filter: { ...Object.fromEntries(texts), ...(outcome && { outcome }) },
  };
}
