import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { register, runs } from '../api/calls.ts';
import type { RunSummary } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { useFormat } from '../text/format.ts';

/** Makes a model version of what a run wrote. `model`: of this model alone. */
export function Register({ model, onDone }: { model?: string; onDone: (said: string) => void }) {
  const { t } = useTranslation('console');
  const recent = useQuery({ queryKey: ['runs'], queryFn: runs });
  const outputs = (recent.data ?? []).flatMap((run) => run.models.map((output) => ({ run, output })));
  if (!recent.data) return null;
  return (
    <section className="card stack" aria-labelledby="register">
      <div className="stack tight">
        <h2 id="register">{t('models.register')}</h2>
        <p className="muted">{t(outputs.length > 0 ? 'models.register_text' : 'models.register_run_none')}</p>
      </div>
      {outputs.length > 0 && <RegisterForm model={model} outputs={outputs} onDone={onDone} />}
    </section>
  );
}

interface ModelOutput {
  readonly run: RunSummary;
  /** `TASK/OUTPUT` */
  readonly output: string;
}

function RegisterForm(props: {
  model: string | undefined;
  outputs: readonly ModelOutput[];
  onDone: (said: string) => void;
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const queries = useQueryClient();
  const [name, setName] = useState(props.model ?? '');
  const [missing, setMissing] = useState(false);
  const [chosen, setChosen] = useState(0);
  const send = useMutation({
    mutationFn: register,
    onSuccess(made) {
      props.onDone(t('models.registered_as', { model: `${made.name}:${made.version}` }));
      return queries.invalidateQueries({ queryKey: ['models'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const from = props.outputs[chosen];
    setMissing(name.trim() === '');
    if (from && name.trim() !== '') send.mutate({ name: name.trim(), run: from.run.id, output: from.output });
  };
  return (
    <>
      {send.isError && <ProblemNotice error={send.error} />}
      <form className="form-row" onSubmit={submit} noValidate>
        {props.model === undefined && (
          <TextField
            label={t('models.register_name')}
            hint={t('models.register_name_hint')}
            value={name}
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            wrong={missing ? t('models.register_name_missing') : null}
            onChange={({ target }) => setName(target.value)}
          />
        )}
        <label className="field">
          {t('models.register_run')}
          <select value={chosen} onChange={({ target }) => setChosen(Number(target.value))}>
            {props.outputs.map(({ run, output }, index) => (
              <option key={`${run.id} ${output}`} value={index}>
                {`${run.pipeline} · ${output} · ${format.moment(run.createdAt)}`}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button" disabled={send.isPending}>
          {t(send.isPending ? 'models.register_busy' : 'models.register_go')}
        </button>
      </form>
    </>
  );
}
