import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { traceAddress } from '../addresses.ts';
import { datasets, lineageKinds, models, runs } from '../api/calls.ts';
import { shortened } from '../components/digest.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { Link, navigate } from '../router.tsx';
import { useKindName } from './kind-name.ts';

/** Asks what is to be traced. */
export function LineagePage() {
  const { t } = useTranslation('console');
  const kinds = useQuery({ queryKey: ['lineage-kinds'], queryFn: lineageKinds });
  return (
    <>
      <PageHead title={t('trace.title')} text={t('trace.ask_text')} />
      {kinds.isError && <ProblemNotice error={kinds.error} />}
      {kinds.data && <Ask kinds={kinds.data} />}
      <Latest />
    </>
  );
}

function Ask({ kinds }: { kinds: readonly string[] }) {
  const { t } = useTranslation('console');
  const kindName = useKindName();
  const [kind, setKind] = useState(kinds.find((name) => name === 'dataset') ?? kinds[0] ?? '');
  const [id, setId] = useState('');
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = id.trim();
    setMissing(wanted === '');
    if (wanted !== '') navigate(traceAddress({ kind, id: wanted }));
  };
  return (
    <form className="card form-row" onSubmit={submit} noValidate>
      <label className="field">
        {t('trace.kind')}
        <select value={kind} onChange={({ target }) => setKind(target.value)}>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {kindName(name)}
            </option>
          ))}
        </select>
      </label>
      <TextField
        label={t('trace.id')}
        hint={t('trace.id_hint')}
        value={id}
        autoComplete="off"
        spellCheck={false}
        wrong={missing ? t('trace.id_missing') : null}
        onChange={({ target }) => setId(target.value)}
      />
      <button type="submit" className="button">
        {t('trace.go')}
      </button>
    </form>
  );
}

/** What was made last, for who does not know an id. */
function Latest() {
  const { t } = useTranslation('console');
  const kindName = useKindName();
  const [dataset] = useQuery({ queryKey: ['datasets'], queryFn: datasets }).data ?? [];
  const [run] = useQuery({ queryKey: ['runs'], queryFn: runs }).data ?? [];
  const [model] = useQuery({ queryKey: ['models'], queryFn: models }).data?.models ?? [];
  const found = [
    dataset && { kind: 'dataset', id: dataset.digest, label: `${dataset.name} ${shortened(dataset.digest)}` },
    run && { kind: 'run', id: run.id, label: run.id },
    model && { kind: 'model', id: `${model.name}:${model.version}`, label: `${model.name}:${model.version}` },
  ].filter((one) => one !== undefined);
  if (found.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="latest">
      <h2 id="latest">{t('trace.begin')}</h2>
      <ul className="stack tight">
        {found.map((node) => (
          <li key={node.kind}>
            <span className="muted">{kindName(node.kind)}</span>{' '}
            <Link href={traceAddress(node)}>{node.label}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
