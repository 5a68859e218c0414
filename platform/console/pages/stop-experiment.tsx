import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { stopExperiment } from '../api/calls.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';

/** Ends an experiment before it has decided, with a reason. */
export function StopExperiment({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation('console');
  const [asked, setAsked] = useState(false);
  return (
    <>
      <button type="button" className="button plain" onClick={() => setAsked(true)}>
        {t('experiment.stop')}
      </button>
      {asked && <StopDialog id={id} onDone={onDone} onClose={() => setAsked(false)} />}
    </>
  );
}

function StopDialog({ id, onDone, onClose }: { id: string; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation('console');
  const queries = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const title = useId();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    // It cannot be taken back: Enter alone must not do it.
    keep.current?.focus();
  }, []);
  const stop = useMutation({
    mutationFn: stopExperiment,
    onSuccess() {
      onDone();
      dialog.current?.close();
      return queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(reason.trim() === '');
    if (reason.trim() !== '') stop.mutate({ id, reason: reason.trim() });
  };
  return (
    <dialog ref={dialog} className="sure" aria-labelledby={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <h2 id={title}>{t('experiment.stop_title')}</h2>
        <p className="muted">{t('experiment.stop_text')}</p>
        <TextField
          label={t('experiment.stop_reason')}
          value={reason}
          maxLength={500}
          wrong={missing ? t('experiment.stop_reason_missing') : null}
          onChange={({ target }) => setReason(target.value)}
        />
        {stop.isError && <ProblemNotice error={stop.error} />}
        <div className="actions">
          <button ref={keep} type="button" className="button plain" onClick={() => dialog.current?.close()}>
            {t('experiment.stop_keep')}
          </button>
          <button type="submit" className="button danger" disabled={stop.isPending}>
            {t('experiment.stop_go')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
