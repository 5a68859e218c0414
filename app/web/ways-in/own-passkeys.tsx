import { useMutation } from '@tanstack/react-query';
import { Problem } from '@visavox/console/api/problem';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { TextField } from '@visavox/console/components/text-field';
import { useFormat } from '@visavox/console/text/format';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Passkey } from '../api/types.ts';
import { removePasskey, renamePasskey } from '../api/ways-in-calls.ts';
import { addPasskey, nameOfThisDevice, passkeyHindrance } from './passkey.ts';
import { NoPasskeys } from './passkey-button.tsx';
import { ProblemOrStepUp } from './step-up.tsx';

interface Own {
  readonly person: { name: string };
  readonly faceAndVoice: boolean;
  readonly onChanged: () => void;
}

export function OwnPasskeys({ passkeys, ...own }: Own & { passkeys: readonly Passkey[] }) {
  const { t } = useTranslation('waysIn');
  const [renamed, setRenamed] = useState<Passkey | null>(null);
  const [doomed, setDoomed] = useState<Passkey | null>(null);
  const add = useMutation({ mutationFn: () => addPasskey(nameOfThisDevice()), onSuccess: own.onChanged });
  return (
    <div className="stack tight">
      <h3>{t('passkeys')}</h3>
      {passkeys.length === 0 && <p className="muted">{t('passkeys_none')}</p>}
      <ul className="ways">
        {passkeys.map((passkey) => (
          <PasskeyItem
            key={passkey.id}
            passkey={passkey}
            onRename={() => setRenamed(passkey)}
            onRemove={() => setDoomed(passkey)}
          />
        ))}
      </ul>
      {renamed && (
        <Rename
          key={renamed.id}
          passkey={renamed}
          onDone={() => {
            setRenamed(null);
            own.onChanged();
          }}
        />
      )}
      <ProblemOrStepUp error={add.error} {...own} onAgain={() => add.mutate()} />
      {passkeyHindrance() ? (
        <NoPasskeys />
      ) : (
        <div className="actions">
          <button
            type="button"
            className="button plain small"
            disabled={add.isPending}
            onClick={() => add.mutate()}
          >
            {t('passkey_add')}
          </button>
          <span role="status" className="muted">
            {add.isPending ? t('passkey_asking') : ''}
          </span>
        </div>
      )}
      {doomed && <Remove passkey={doomed} {...own} onClose={() => setDoomed(null)} />}
    </div>
  );
}

function PasskeyItem(props: { passkey: Passkey; onRename: () => void; onRemove: () => void }) {
  const { t } = useTranslation('waysIn');
  const format = useFormat();
  const { name, createdAt, lastUsedAt, synced } = props.passkey;
  const facts = [
    t('passkey_added', { when: format.day(createdAt) }),
    ...(lastUsedAt ? [t('passkey_used', { when: format.day(lastUsedAt) })] : []),
    ...(synced ? [t('passkey_synced')] : []),
  ];
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <br />
        <span className="muted small-print">{facts.join(', ')}</span>
      </div>
      <div className="actions">
        <button
          type="button"
          className="button quiet small"
          aria-label={t('passkey_rename_of', { name })}
          onClick={props.onRename}
        >
          {t('passkey_rename')}
        </button>
        <button
          type="button"
          className="button quiet danger small"
          aria-label={t('passkey_remove_of', { name })}
          onClick={props.onRemove}
        >
          {t('passkey_remove')}
        </button>
      </div>
    </li>
  );
}

function Rename({ passkey, onDone }: { passkey: Passkey; onDone: () => void }) {
  const { t } = useTranslation('waysIn');
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () => renamePasskey(passkey.id, name.trim()),
    onSuccess: onDone,
  });
  const missing = name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!missing) rename.mutate();
  };
  return (
    <form className="stack tight" onSubmit={submit} noValidate>
      <TextField
        label={t('passkey_name')}
        wrong={missing ? t('passkey_name_missing') : null}
        maxLength={60}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      {rename.isError && <ProblemNotice error={rename.error} />}
      <div className="actions">
        <button type="submit" className="button small" disabled={rename.isPending}>
          {t('passkey_rename_go')}
        </button>
      </div>
    </form>
  );
}

/** Asked twice where it is the last way in. */
function Remove({ passkey, onClose, ...own }: Own & { passkey: Passkey; onClose: () => void }) {
  const { t } = useTranslation('waysIn');
  const remove = useMutation({
    mutationFn: (evenIfLast: boolean) => removePasskey(passkey.id, evenIfLast),
    onSuccess() {
      onClose();
      own.onChanged();
    },
  });
  const last = remove.error instanceof Problem && remove.error.code === 'last_way_in';
  if (remove.error && !last)
    return <ProblemOrStepUp error={remove.error} {...own} onAgain={() => remove.mutate(false)} />;
  return (
    <SureDialog
      title={t('passkey_remove_title', { name: passkey.name })}
      text={t(last ? 'last_text' : 'passkey_remove_text')}
      confirm={t(last ? 'last_sure' : 'passkey_remove_sure')}
      danger
      busy={remove.isPending}
      error={null}
      onConfirm={() => remove.mutate(last)}
      onClose={onClose}
    />
  );
}
