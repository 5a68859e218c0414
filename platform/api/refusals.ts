import type { Logger } from 'pino';

const reportEveryMs = 10_000;

/** Says now and then how many were turned away: a line each would be the next thing to run out. */
export function reportRefusals(log: Pick<Logger, 'warn'>): () => void {
  let refused = 0;
  const report = () => {
    log.warn({ refused, seconds: reportEveryMs / 1000 }, 'too busy for some requests');
    refused = 0;
  };
  return () => {
    if (refused === 0) setTimeout(report, reportEveryMs).unref();
    refused++;
  };
}
