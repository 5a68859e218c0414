import { useEffect, useState } from 'react';

/** Runs from 0 to 1 in so many seconds while `active`; undefined otherwise. */
export function useRecordingProgress(active: boolean, seconds: number): number | undefined {
  const [progress, setProgress] = useState(0);
  useEffect(() => {
    if (!active) return;
    const start = performance.now();
    const timer = setInterval(
      () => setProgress(Math.min(1, (performance.now() - start) / (seconds * 1000))),
      200,
    );
    return () => {
      clearInterval(timer);
      setProgress(0);
    };
  }, [active, seconds]);
  return active ? progress : undefined;
}
