import { useEffect, useRef, useState } from 'react';

const CALM_MS = 900;

/** A hint that changes no oftener than one can read it, and that screen readers speak. */
export function LiveHint({ text }: { text: string }) {
  const [shown, setShown] = useState(text);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + CALM_MS - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setShown(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p className="hint" role="status">
      {shown}
    </p>
  );
}
