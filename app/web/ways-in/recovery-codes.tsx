import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** The codes, this once. */
export function ShownCodes({
  codes,
  name,
  onDone,
}: {
  codes: readonly string[];
  name: string;
  onDone?: () => void;
}) {
  const { t } = useTranslation('waysIn');
  const [copied, setCopied] = useState(false);
  const text = `${t('codes_file', { name })}\n\n${codes.join('\n')}\n`;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <section className="notice stack" aria-labelledby="shown-codes">
      <div className="stack tight">
        <strong id="shown-codes">{t('codes_shown_title')}</strong>
        <p>{t('codes_shown_text')}</p>
      </div>
      <ol className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="actions">
        <a
          className="button plain small"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="visavox-recovery-codes.txt"
        >
          {t('codes_keep')}
        </a>
        {window.isSecureContext && (
          <button type="button" className="button plain small" onClick={copy}>
            {t('codes_copy')}
          </button>
        )}
        {onDone && (
          <button type="button" className="button small" onClick={onDone}>
            {t('codes_done')}
          </button>
        )}
        <span role="status">{copied ? t('codes_copied') : ''}</span>
      </div>
    </section>
  );
}
