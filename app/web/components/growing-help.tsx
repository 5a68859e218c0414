import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const FIRST_MS = 15_000;
const THEN_MS = 40_000;

/** How long the same thing has been asked for: 0 at first, 1 after 15 seconds, 2 after 40. `key` names what is asked. */
function usePatience(key: string): 0 | 1 | 2 {
  const [reached, setReached] = useState<{ key: string; level: 1 | 2 } | null>(null);
  useEffect(() => {
    const first = setTimeout(() => setReached({ key, level: 1 }), FIRST_MS);
    const then = setTimeout(() => setReached({ key, level: 2 }), THEN_MS);
    return () => {
      clearTimeout(first);
      clearTimeout(then);
    };
  }, [key]);
  return reached?.key === key ? reached.level : 0;
}

const advice = {
  asking: ['help_allow_sign', 'help_allow_settings'],
  face: ['help_light', 'help_distance', 'help_lens', 'help_covered'],
  turn: ['help_turn_slowly', 'help_turn_head', 'help_turn_light'],
  voice: ['help_microphone', 'help_speak', 'help_quiet_place'],
  checking: ['help_network'],
} as const;

export type HelpWith = keyof typeof advice;

/** What else to try when something takes long, and later the ways around it (`children`). */
export function GrowingHelp({
  what,
  step,
  children,
}: {
  what: HelpWith;
  step: string;
  children?: ReactNode;
}) {
  const { t } = useTranslation('page');
  const patience = usePatience(step);
  return (
    <div className="growing-help">
      <div role="status">
        {patience > 0 && (
          <div className="notice">
            <strong>{t('help.title')}</strong>
            <ul className="advice">
              {advice[what].map((one) => (
                <li key={one}>{t(`help.${one}`)}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {patience > 1 && children}
    </div>
  );
}
