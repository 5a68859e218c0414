import { useTranslation } from 'react-i18next';
import { Link, queryWith } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** Which part of a long list is shown, and the way to the next one: `start` of the page's address. */
export function Paging({ start, found, size }: { start: number; found: number; size: number }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  if (found <= size && start === 0) return null;
  const end = Math.min(found, start + size);
  const shown = { from: format.number(start + 1), to: format.number(end), all: format.number(found) };
  return (
    <div className="actions">
      <p className="muted">{t('paging.shown', shown)}</p>
      {start > 0 && (
        <Link className="button plain small" href={queryWith({ start: String(Math.max(0, start - size)) })}>
          {t('paging.previous')}
        </Link>
      )}
      {end < found && (
        <Link className="button plain small" href={queryWith({ start: String(end) })}>
          {t('paging.next')}
        </Link>
      )}
    </div>
  );
}
