import { useMutation } from '@tanstack/react-query';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { useFormat } from '@visavox/console/text/format';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../api/types.ts';
import { issueCode } from '../api/ways-in-calls.ts';

/** Asks, then shows the code this once. */
export function IssueCode({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation('waysIn');
  const issue = useMutation({ mutationFn: () => issueCode(person.id) });
  if (issue.data) return <Issued name={person.name} {...issue.data} onClose={onClose} />;
  return (
    <SureDialog
      title={t('issue_title', { name: person.name })}
      text={t('issue_text')}
      confirm={t('issue_sure')}
      busy={issue.isPending}
      error={issue.error}
      onConfirm={() => issue.mutate()}
      onClose={onClose}
    />
  );
}

function Issued(props: { name: string; code: string; expiresAt: string; onClose: () => void }) {
  const { t } = useTranslation('waysIn');
  const format = useFormat();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="sure" aria-labelledby={title} onClose={props.onClose}>
      <div className="stack">
        <h2 id={title}>{t('issued_title', { name: props.name })}</h2>
        <p className="code-large">{props.code}</p>
        <p className="muted">{t('issued_text', { when: format.moment(props.expiresAt) })}</p>
        <div className="actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {t('close')}
          </button>
        </div>
      </div>
    </dialog>
  );
}
