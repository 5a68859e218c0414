import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createToken, operatorState } from '../api/calls.ts';
import { Command } from '../components/command.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';

/** A token for the command line of whoever is signed in here; whoever has the shared one has it already. */
export function OwnToken() {
  const { t } = useTranslation('console');
  const { data } = useQuery({ queryKey: ['operator'], queryFn: operatorState });
  const [name, setName] = useState('');
  const [isMissing, setMissing] = useState(false);
  const create = useMutation({ mutationFn: createToken, onSuccess: () => setName('') });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(name.trim() === '');
    if (name.trim() !== '') create.mutate(name.trim());
  };
  if (!data?.user || data.user.shared) return null;
  return (
    <section className="card stack" aria-labelledby="own-token">
      <h2 id="own-token">{t('own_token.title')}</h2>
      <p>{t('own_token.text', { name: data.user.name })}</p>
      {create.isError && <ProblemNotice error={create.error} />}
      {create.data && (
        <div className="stack tight" role="status">
          <p>
            {t('own_token.once')} <code>visavox login</code>
          </p>
          <Command line={create.data.token} />
        </div>
      )}
      <form className="stack" onSubmit={submit} noValidate>
        <TextField
          label={t('own_token.name')}
          value={name}
          maxLength={100}
          autoComplete="off"
          wrong={isMissing ? t('own_token.missing') : null}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="actions">
          <button type="submit" className="button plain" disabled={create.isPending}>
            {t('own_token.go')}
          </button>
        </div>
      </form>
    </section>
  );
}
