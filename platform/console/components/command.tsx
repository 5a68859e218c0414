import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const TOLD_MS = 2000;

/** A line for the terminal, to be copied. */
export function Command({ line }: { line: string }) {
  const { t } = useTranslation('console');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  // Browsers give it to secure pages only.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  return (
    <div className="command">
      <code>{line}</code>
      {clipboard && (
        <button
          type="button"
          className="button quiet small"
          aria-label={`${t('command_copy')}: ${line}`}
          onClick={() => void clipboard.writeText(line).then(() => setCopied(true))}
        >
          {t(copied ? 'command_copied' : 'command_copy')}
        </button>
      )}
      <span className="visually-hidden" role="status">
        {copied && t('command_copied')}
      </span>
    </div>
  );
}
