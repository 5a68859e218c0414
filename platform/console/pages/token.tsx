import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operatorSession, passwordSession } from '../api/calls.ts';
import type { Organisation } from '../api/types.ts';
import { Heading } from '../components/heading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { navigate, queryWith, useAddress } from '../router.tsx';
import { useCodeText } from '../text/code-text.ts';

/** Where a sign-in by the organisation that came to nothing leaves its code. */
const refusedKey = 'refused';

export function TokenPage({ organisation }: { organisation: Organisation | null }) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const login = useMutation({ mutationFn: operatorSession, onSuccess: () => open(queries) });
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
          <OrganisationSignIn organisation={organisation} />
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
            <button
              type="submit"
              className={organisation ? 'button plain' : 'button'}
              disabled={login.isPending}
            >
              {t('token_go')}
            </button>
          </div>
        </form>
        <PasswordForm />
      </div>
    </PageFrame>
  );
}

/** Where the organisation's own sign-in is in use; and what became of one that ended here again. */
function OrganisationSignIn({ organisation }: { organisation: Organisation | null }) {
  const { t } = useTranslation('console');
  const explain = useCodeText();
  const refused = useAddress().searchParams.get(refusedKey);
  return (
    <>
      {refused !== null && (
        <p className="notice bad" role="alert">
          {explain(refused)}
        </p>
      )}
      {organisation && (
        <div className="actions">
          <a
            className="button"
            href={`${organisation.address}?return_to=${encodeURIComponent(addressWithoutRefusal())}`}
          >
            {t('organisation_go', { name: organisation.name })}
          </a>
        </div>
      )}
    </>
  );
}

function addressWithoutRefusal(): string {
  const query = queryWith({ [refusedKey]: null });
  return `${window.location.pathname}${query === '?' ? '' : query}`;
}

/** Shows what was asked for, now that somebody is signed in; what was wrong before is over. */
function open(queries: QueryClient): Promise<void> {
  navigate(addressWithoutRefusal(), 'replace');
  return queries.invalidateQueries({ queryKey: ['operator'] });
}

/** For users who have a password. */
function PasswordForm() {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const login = useMutation({ mutationFn: passwordSession, onSuccess: () => open(queries) });
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
