import { useEffect, useRef, useState } from 'react';

const CALM_MS = 900;

/**
 * A hint that changes no oftener than one can read it, and that screen readers speak: not while something is recorded
 * (`silent`), which would hear them.
 */
export function LiveHint({
  text,
  step,
  silent = false,
}: {
  text: string;
  /** What is asked for: a new one is told at once. */
  step: string;
  silent?: boolean;
}) {
  const [shown, setShown] = useState(text);
  const changedAt = useRef(0);
  const stepBefore = useRef(step);
  useEffect(() => {
    const calm = stepBefore.current === step ? CALM_MS : 0;
    stepBefore.current = step;
    const wait = Math.max(0, changedAt.current + calm - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setShown(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text, step]);
  return (
    <p className="hint" role={silent ? undefined : 'status'}>
      {shown}
    </p>
  );
}
