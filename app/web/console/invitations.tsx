import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { TextField } from '@visavox/console/components/text-field';
import { useFormat } from '@visavox/console/text/format';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invitations, invite, revokeInvitation } from '../api/calls.ts';
import type { Invitation } from '../api/types.ts';

const days = [1, 7, 30] as const;

/** Links that let one person each enrol, once. */
export function Invitations() {
  const { t } = useTranslation('operator');
  const list = useQuery({ queryKey: ['invitations'], queryFn: invitations, refetchInterval: 10_000 });
  const shown = list.data?.filter(({ state }) => state === 'open') ?? [];
  return (
    <section className="card stack" aria-labelledby="invitations">
      <div className="stack tight">
        <h2 id="invitations">{t('invitations.title')}</h2>
        <p className="muted">{t('invitations.text')}</p>
      </div>
      <Invite />
      {list.isError && <ProblemNotice error={list.error} />}
      {shown.length > 0 && (
        <div className="table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('people.name')}</th>
                <th scope="col">{t('invitations.until')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('invitations.revoke')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeInvitation(invitation.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  });
  return (
    <tr>
      <th scope="row">{invitation.name}</th>
      <td>{format.moment(invitation.expiresAt)}</td>
      <td className="end">
        <button
          type="button"
          className="button quiet danger small"
          aria-label={t('invitations.revoke_of', { name: invitation.name })}
          disabled={revoke.isPending}
          onClick={() => revoke.mutate()}
        >
          {t('invitations.revoke')}
        </button>
      </td>
    </tr>
  );
}

function Invite() {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const select = useId();
  const [name, setName] = useState('');
  const [lasts, setLasts] = useState<number>(7);
  const [missing, setMissing] = useState(false);
  const create = useMutation({
    mutationFn: invite,
    async onSuccess() {
      setName('');
      await queries.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(name.trim() === '');
    if (name.trim() !== '') create.mutate({ name: name.trim(), days: lasts });
  };
  return (
    <form className="stack tight" onSubmit={submit} noValidate>
      {create.isError && <ProblemNotice error={create.error} />}
      <div className="form-row">
        <TextField
          label={t('invitations.name')}
          value={name}
          maxLength={80}
          autoComplete="off"
          wrong={missing ? t('invitations.name_missing') : null}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="field">
          <label htmlFor={select}>{t('invitations.lasts')}</label>
          <select id={select} value={lasts} onChange={({ target }) => setLasts(Number(target.value))}>
            {days.map((count) => (
              <option key={count} value={count}>
                {t('invitations.days', { count })}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button" disabled={create.isPending}>
          {t('invitations.invite')}
        </button>
      </div>
      <div role="status">
        {create.data && (
          <div className="notice good stack tight">
            <p>{t('invitations.made', { name: create.data.name })}</p>
            <input
              readOnly
              value={create.data.link}
              aria-label={t('invitations.link', { name: create.data.name })}
              onFocus={({ target }) => target.select()}
            />
          </div>
        )}
      </div>
    </form>
  );
}
