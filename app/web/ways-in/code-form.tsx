import { useMutation } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { TextField } from '@visavox/console/components/text-field';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../api/types.ts';
import { operatorCodeSignIn, recoveryCodeSignIn } from '../api/ways-in-calls.ts';

/** Characters of a code that an operator issued; recovery codes have twice as many. */
const OPERATOR_CODE_LENGTH = 8;

/** Signs in with a name and a code; which kind it is, its length tells. */
export function CodeForm(props: { name: string; onEntered: (session: Session) => unknown }) {
  const { t } = useTranslation('waysIn');
  const [name, setName] = useState(props.name);
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const entry = useMutation({
    mutationFn: () => {
      const characters = code.replace(/[^\p{L}\p{N}]/gu, '').length;
      const signIn = characters <= OPERATOR_CODE_LENGTH ? operatorCodeSignIn : recoveryCodeSignIn;
      return signIn(name.trim(), code);
    },
    onSuccess: props.onEntered,
  });
  const missing = { name: name.trim() === '', code: code.trim() === '' };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing.name && !missing.code) entry.mutate();
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={t('code_name')}
        wrong={tried && missing.name ? t('join.name_missing') : null}
        autoComplete="username"
        spellCheck={false}
        maxLength={200}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <TextField
        label={t('code')}
        hint={t('code_hint')}
        wrong={tried && missing.code ? t('code_missing') : null}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={60}
        value={code}
        onChange={({ target }) => setCode(target.value)}
      />
      {entry.isError && <ProblemNotice error={entry.error} />}
      <div className="actions">
        <button type="submit" className="button" disabled={entry.isPending}>
          {t('code_go')}
        </button>
      </div>
    </form>
  );
}
