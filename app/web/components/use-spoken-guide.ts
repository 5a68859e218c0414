import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { keptGuidance } from '../capture/guidance-settings.ts';
import { SpokenGuide } from '../capture/spoken-guide.ts';

/** What speaks for the page, in its language and where that is wished for. It is silent when the page is left. */
export function useSpokenGuide(): SpokenGuide {
  const { i18n } = useTranslation('page');
  const guide = useMemo(
    () => new SpokenGuide(keptGuidance().spoken, () => i18n.resolvedLanguage ?? 'en'),
    [i18n],
  );
  useEffect(() => () => guide.stop(), [guide]);
  return guide;
}
