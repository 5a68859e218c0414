import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeRun } from '../api/calls.ts';
import type { RunDetails } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';

/** What people say about a run, and the way to say something else. */
export function RunAnnotations({ run }: { run: RunDetails }) {
  const { t } = useTranslation('console');
  const [isEdited, setEdited] = useState(false);
  if (isEdited) return <Form run={run} onDone={() => setEdited(false)} />;
  const tags = Object.entries(run.tags ?? {});
  return (
    <div className="between">
      <div className="stack tight">
        {run.note && <p className="as-written">{run.note}</p>}
        {tags.length > 0 && <p className="muted">{tags.map((tag) => tag.join('=')).join(', ')}</p>}
      </div>
      <button type="button" className="button plain small" onClick={() => setEdited(true)}>
        {t(run.name || run.note ? 'run.edit' : 'run.annotate')}
      </button>
    </div>
  );
}

function Form({ run, onDone }: { run: RunDetails; onDone: () => void }) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [name, setName] = useState(run.name ?? '');
  const [note, setNote] = useState(run.note ?? '');
  const save = useMutation({
    mutationFn: () => changeRun(run.id, { name: name.trim() || null, note: note.trim() || null }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['run', run.id] });
      await queries.invalidateQueries({ queryKey: ['runs'] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="card stack" onSubmit={submit}>
      {save.isError && <ProblemNotice error={save.error} />}
      <TextField
        label={t('run.name')}
        value={name}
        maxLength={100}
        autoComplete="off"
        onChange={({ target }) => setName(target.value)}
      />
      <label className="field">
        {t('run.note')}
        <textarea value={note} rows={4} maxLength={10_000} onChange={({ target }) => setNote(target.value)} />
      </label>
      <div className="actions">
        <button type="submit" className="button" disabled={save.isPending}>
          {t('run.save')}
        </button>
        <button type="button" className="button plain" onClick={onDone}>
          {t('run.discard')}
        </button>
      </div>
    </form>
  );
}
