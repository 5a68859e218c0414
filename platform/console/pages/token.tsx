import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operatorSession, passwordSession } from '../api/calls.ts';
import { Heading } from '../components/heading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';

export function TokenPage() {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const login = useMutation({
    mutationFn: operatorSession,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['operator'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(token.trim() === '');
    if (token.trim() !== '') login.mutate(token.trim());
  };
  return (
    <PageFrame home="/">
      <div className="one">
        <div className="stack tight">
          <Heading title={t('token_title')} />
          <p className="lead">{t('token_text')}</p>
        </div>
        <form className="stack" onSubmit={submit} noValidate>
          {login.isError && <ProblemNotice error={login.error} />}
          <TextField
            label={t('token')}
            type="password"
            autoComplete="current-password"
            value={token}
            wrong={missing ? t('token_missing') : null}
            onChange={({ target }) => setToken(target.value)}
          />
          <div className="actions">
            <button type="submit" className="button" disabled={login.isPending}>
              {t('token_go')}
            </button>
          </div>
        </form>
        <PasswordForm />
      </div>
    </PageFrame>
  );
}

/** For users who have a password. */
function PasswordForm() {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const login = useMutation({
    mutationFn: passwordSession,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['operator'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isWhole = name.trim() !== '' && password !== '';
    setMissing(!isWhole);
    if (isWhole) login.mutate({ name: name.trim(), password });
  };
  return (
    <form className="stack" onSubmit={submit} noValidate aria-labelledby="password-title">
      <h2 id="password-title">{t('password_title')}</h2>
      {login.isError && <ProblemNotice error={login.error} />}
      <TextField
        label={t('password_name')}
        autoComplete="username"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <TextField
        label={t('password')}
        type="password"
        autoComplete="current-password"
        value={password}
        wrong={missing ? t('password_missing') : null}
        onChange={({ target }) => setPassword(target.value)}
      />
      <div className="actions">
        <button type="submit" className="button plain" disabled={login.isPending}>
          {t('password_go')}
        </button>
      </div>
    </form>
  );
}
