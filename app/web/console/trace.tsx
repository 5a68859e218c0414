import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trace } from '../api/calls.ts';
import type { Trace, TraceKind, TraceNode } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link, useAddress } from '../router.tsx';
import { shortened } from './digest.tsx';
import { GraphView } from './graph-view.tsx';
import { PageHead } from './page-head.tsx';
import { foldTrace, isNamedKind } from './trace-fold.ts';

export function traceAddress(node: Pick<TraceNode, 'kind' | 'id'>): string {
  return `/console/trace/${encodeURIComponent(node.kind)}/${encodeURIComponent(node.id)}`;
}

export function TracePage({ kind, id }: { kind: TraceKind; id: string }) {
  const { t } = useTranslation('operator');
  const all = useAddress().searchParams.has('all');
  const kindName = useKindName();
  const line = useQuery({ queryKey: ['trace', kind, id], queryFn: () => trace(kind, id) });
  const start = line.data?.nodes.find((node) => node.kind === kind && node.id === id);
  const what = `${kindName(kind)} ${start?.label ?? shortened(id)}`;
  return (
    <>
      <PageHead title={t('trace.title')} text={t('trace.text', { what })}>
        {kind === 'run' && (
          <Link className="button plain" href={`/console/runs/${encodeURIComponent(id)}`}>
            {t('trace.open_run')}
          </Link>
        )}
      </PageHead>
      {line.isError && <ProblemNotice error={line.error} />}
      {line.data && (
        <div className="card stack">
          <TraceGraph trace={line.data} start={`${kind}:${id}`} all={all} />
          <TraceTable trace={line.data} />
        </div>
      )}
    </>
  );
}

function useKindName(): (kind: TraceKind) => string {
  const { t } = useTranslation('operator');
  return (kind) => (isNamedKind(kind) ? t(`trace.kind_${kind}`) : kind);
}

function TraceGraph({ trace, start, all }: { trace: Trace; start: string; all: boolean }) {
  const { t } = useTranslation('operator');
  const kindName = useKindName();
  const folded = foldTrace(trace, start, all ? Number.POSITIVE_INFINITY : 6);
  return (
    <>
      <div className="between">
        <p className="muted">{t('trace.nodes', { count: trace.nodes.length })}</p>
        {folded.hidden > 0 && <Link href="?all=1">{t('trace.show_all')}</Link>}
      </div>
      <GraphView
        label={t('trace.graph_label')}
        nodes={folded.nodes}
        edges={folded.edges}
        widths={[106, 176]}
        height={58}
      >
        {(node) =>
          node.more > 0 ? (
            <Link className="node more" href="?all=1">
              <span className="kind">{kindName(node.kind)}</span>
              <span className="name">
                {t('trace.more', { count: node.more, kind: '' }).replace(/\s*:?\s*$/, '')}
              </span>
            </Link>
          ) : (
            <Link
              className="node"
              data-kind={node.kind}
              aria-current={node.key === start ? 'true' : undefined}
              href={traceAddress(node)}
              title={node.id}
            >
              <span className="kind">{kindName(node.kind)}</span>
              <span className="name">{node.label ?? shortened(node.id)}</span>
            </Link>
          )
        }
      </GraphView>
    </>
  );
}

function TraceTable({ trace }: { trace: Trace }) {
  const { t } = useTranslation('operator');
  const kindName = useKindName();
  const names = new Map(
    trace.nodes.map((node) => [
      `${node.kind}:${node.id}`,
      `${kindName(node.kind)} ${node.label ?? shortened(node.id)}`,
    ]),
  );
  return (
    <details className="table-instead">
      <summary>{t('trace.table')}</summary>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('trace.from')}</th>
              <th scope="col">{t('trace.relation')}</th>
              <th scope="col">{t('trace.to')}</th>
            </tr>
          </thead>
          <tbody>
            {trace.edges.map(({ from, to, relation }) => (
              <tr key={`${from} ${relation} ${to}`}>
                <td>{names.get(from) ?? from}</td>
                <td className="muted">{relation}</td>
                <td>{names.get(to) ?? to}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
