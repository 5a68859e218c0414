import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from './problem-notice.tsx';

/** Asks before something that cannot be undone. The browser keeps the focus inside and gives it back. */
export function SureDialog(props: {
  title: string;
  text: string;
  /** What there is to look at before. */
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="sure" aria-labelledby={title} onClose={props.onClose}>
      <div className="stack">
        <h2 id={title}>{props.title}</h2>
        {/* It may change into a second question while the dialog is open. */}
        <p className="muted" aria-live="polite">
          {props.text}
        </p>
        {props.children}
        {props.error ? <ProblemNotice error={props.error} /> : null}
        <div className="actions">
          <button
            type="button"
            className={props.danger ? 'button danger' : 'button'}
            disabled={props.busy}
            onClick={props.onConfirm}
          >
            {props.confirm}
          </button>
          <button type="button" className="button plain" onClick={() => dialog.current?.close()}>
            {t('cancel')}
          </button>
        </div>
      </div>
    </dialog>
  );
}
