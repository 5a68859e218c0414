import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetValidations } from '../api/calls.ts';
import type { DatasetValidation } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useFormat } from '../text/format.ts';

const shownExamples = 3;

type Broken = DatasetValidation['report']['broken'][number];
type Example = Broken['examples'][number];

/** What came of holding a version against rules. Nothing where nobody did. */
export function DatasetValidations({ digest }: { digest: string }) {
  const { t } = useTranslation('console');
  const found = useQuery({ queryKey: ['validations', digest], queryFn: () => datasetValidations(digest) });
  if (found.isError) return <ProblemNotice error={found.error} />;
  if (!found.data || found.data.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="validations">
      <h2 id="validations">{t('rules.title')}</h2>
      {found.data.map((validation) => (
        <Validation key={validation.rules} validation={validation} />
      ))}
    </section>
  );
}

function Validation({ validation: { report, rules, checkedAt } }: { validation: DatasetValidation }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { passed, broken, unread, rows, brokenRows } = report;
  const counts = { broken: format.number(brokenRows), rows: format.number(rows) };
  return (
    <div className={`notice ${passed ? '' : 'warn'}`}>
      <strong>{passed ? t('rules.hold') : t('rules.broken', { count: broken.length, ...counts })}</strong>
      <p className="muted">
        {t('rules.checked', { when: format.moment(checkedAt), library: report.library })}{' '}
        <Digest value={rules} />
      </p>
      {broken.length > 0 && <BrokenRules broken={broken} />}
      {unread.length > 0 && (
        <ul>
          {unread.map(({ item, line, reason }) => (
            <li key={item}>
              <code>{line === null ? item : t('columns.line', { item, line: String(line) })}</code> {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function BrokenRules({ broken }: { broken: readonly Broken[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className="table" aria-label={t('columns.table', { what: t('rules.title') })} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('columns.column')}</th>
            <th scope="col">{t('rules.rule')}</th>
            <th scope="col" className="number">
              {t('rules.rows')}
            </th>
            <th scope="col">{t('rules.examples')}</th>
          </tr>
        </thead>
        <tbody>
          {broken.map(({ column, check, rows, found, examples }) => (
            <tr key={`${column} ${check}`}>
              <th scope="row">{column ?? '–'}</th>
              <td>
                <code>{check}</code>
              </td>
              <td className="number">{rows === null ? '–' : format.number(rows)}</td>
              <td>
                {examples.length === 0 ? found : <Examples examples={examples.slice(0, shownExamples)} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Examples({ examples }: { examples: readonly Example[] }) {
  const { t } = useTranslation('console');
  const where = ({ item, line, row }: Example) =>
    line === null
      ? row === null
        ? item
        : t('rules.row', { item, row: String(row) })
      : t('columns.line', { item, line: String(line) });
  return examples.map((one) => (
    <span className="block" key={`${one.item} ${one.row}`}>
      {one.value ?? t('columns.missing')} <code>{where(one)}</code>
    </span>
  ));
}
