import { useQuery } from '@tanstack/react-query';
import { PageHead } from '@visavox/console/components/page-head';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { Link } from '@visavox/console/router';
import { isLanguage } from '@visavox/console/text/i18n';
import { useTranslation } from 'react-i18next';
import { modelReport } from '../api/calls.ts';
import type { ModelReport } from '../api/types.ts';

const reportAddress = (model: string, version: number) =>
  `/console/models/${encodeURIComponent(model)}/${version}/report`;

/** Beside a version wherever the console shows one. */
export function ReportLink({ model, version }: { model: string; version: number }) {
  const { t } = useTranslation('operator');
  return (
    <Link href={reportAddress(model, version)} aria-label={t('report.title', { version: String(version) })}>
      {t('report.name')}
    </Link>
  );
}

/** What was measured of a model version: every plot is a picture, words and a table. */
export function ReportPage({ name, version }: { name: string; version: number }) {
  const { t, i18n } = useTranslation('operator');
  const language = isLanguage(i18n.language) ? i18n.language : 'en';
  const report = useQuery({
    queryKey: ['report', name, version, language],
    queryFn: () => modelReport({ name, version }, language),
  });
  const page = language === 'fr' ? 'rapport.html' : 'report.html';
  return (
    <>
      <PageHead title={t('report.title', { version: String(version) })} text={t('report.text')}>
        {report.data && (
          <a
            className="button plain"
            href={`/api/v1/models/${encodeURIComponent(name)}/versions/${version}/report/${page}`}
            download
          >
            {t('report.keep')}
          </a>
        )}
        <Link href="/console/releases">{t('report.back')}</Link>
      </PageHead>
      {report.error && <ProblemNotice error={report.error} />}
      {report.data && <Report report={report.data} />}
    </>
  );
}

function Report({ report }: { report: ModelReport }) {
  const { t } = useTranslation('operator');
  return (
    <>
      {report.tables.map((table) => (
        <section key={table.title} className="card stack">
          <h2>{table.title}</h2>
          <FigureTable table={table} />
        </section>
      ))}
      {report.plots.map(({ id, title, description, svg, table }) => (
        <section key={id} className="card stack" aria-labelledby={`plot-${id}`}>
          <h2 id={`plot-${id}`}>{title}</h2>
          <figure className="plot">
            <img src={`data:image/svg+xml,${encodeURIComponent(svg)}`} alt={`${title}. ${description}`} />
            <figcaption className="muted">{description}</figcaption>
          </figure>
          <details>
            <summary>{t('report.as_table', { title })}</summary>
            <FigureTable table={table} />
          </details>
        </section>
      ))}
      <section className="card stack" aria-labelledby="model-card">
        <h2 id="model-card">{t('report.card')}</h2>
        {/* The card is one document, written in English. */}
        <pre className="model-card" lang="en">
          {report.card}
        </pre>
      </section>
    </>
  );
}

function FigureTable({ table: { head, rows } }: { table: ModelReport['plots'][number]['table'] }) {
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move, and two may have one name.
              <th key={index} scope="col" className={index === 0 ? '' : 'number'}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest], row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move, and two may begin with one word.
            <tr key={row}>
              <th scope="row">{first}</th>
              {rest.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                <td key={index} className="number">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
