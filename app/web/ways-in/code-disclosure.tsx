import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../api/types.ts';
import { CodeForm } from './code-form.tsx';

/** The form for a code, behind a line that opens it. */
export function CodeDisclosure(props: {
  name: string;
  open?: boolean;
  onEntered: (session: Session) => unknown;
}) {
  const { t } = useTranslation('waysIn');
  const [open, setOpen] = useState(props.open ?? false);
  return (
    <details className="other-way" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('use_code')}</summary>
      {open && <CodeForm key={props.name} name={props.name} onEntered={props.onEntered} />}
    </details>
  );
}
