import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress, runAddress, traceAddress, versionAddress } from '../addresses.ts';
import { trace } from '../api/calls.ts';
import type { Trace, TraceKind, TraceNode } from '../api/types.ts';
import { shortened } from '../components/digest.tsx';
import { GraphView } from '../components/graph-view.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link, useAddress } from '../router.tsx';
import { useKindName } from './kind-name.ts';
import { foldTrace } from './trace-fold.ts';

const MOST_OF_A_KIND = 6;

export function TracePage({ kind, id }: { kind: TraceKind; id: string }) {
  const { t } = useTranslation('console');
  const all = useAddress().searchParams.has('all');
  const kindName = useKindName();
  const line = useQuery({ queryKey: ['trace', kind, id], queryFn: () => trace(kind, id) });
  const start = line.data && startOf(line.data, { kind, id });
  const what = `${kindName(kind)} ${start?.label ?? shortened(start?.id ?? id)}`;
  const own = start && ownAddress(start);
  return (
    <>
      <PageHead title={t('trace.title')} text={t('trace.text', { what })}>
        {own && (
          <Link className="button plain" href={own}>
            {t('trace.open')}
          </Link>
        )}
        <Link className="button plain" href="/console/trace">
          {t('trace.another')}
        </Link>
      </PageHead>
      {line.isError && <ProblemNotice error={line.error} />}
      {line.data && (
        <div className="card stack">
          <TraceGraph trace={line.data} start={start ? `${start.kind}:${start.id}` : ''} all={all} />
          <TraceTable trace={line.data} />
        </div>
      )}
    </>
  );
}

/** The node that was asked about, also where it was asked for by the beginning of its id. */
function startOf({ nodes }: Trace, { kind, id }: { kind: string; id: string }): TraceNode | undefined {
  const ofKind = nodes.filter((node) => node.kind === kind);
  return ofKind.find((node) => node.id === id) ?? (ofKind.length === 1 ? ofKind[0] : undefined);
}

/** Where it has a page of its own. */
function ownAddress({ kind, id }: TraceNode): string | undefined {
  if (kind === 'run') return runAddress(id);
  if (kind === 'dataset') return datasetAddress(id);
  if (kind === 'release') return '/console/releases';
  const [, name, version] = /^(.+):(\d+)$/.exec(id) ?? [];
  return kind === 'model' && name ? versionAddress({ name, version: Number(version) }) : undefined;
}

function TraceGraph({ trace, start, all }: { trace: Trace; start: string; all: boolean }) {
  const { t } = useTranslation('console');
  const kindName = useKindName();
  const folded = foldTrace(trace, start, all ? Number.POSITIVE_INFINITY : MOST_OF_A_KIND);
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
              <span className="name">{t('trace.more', { count: node.more })}</span>
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
  const { t } = useTranslation('console');
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
