import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import pg from 'pg';
import { noticeVanishedClients } from './open-database.ts';

export interface LeaderOptions {
  /** `postgres://…`; without it the database is embedded, and its one process leads. */
  readonly url: string | undefined;
  /** Processes that give the same name have one leader among them. */
  readonly name: string;
  /** A term as leader. Ends soon after its signal: leadership is lost then, or given up. */
  readonly work: (term: AbortSignal) => Promise<void>;
  /** Told what happened, for the log. */
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

export interface Leadership {
  readonly leading: boolean;
  /** Ends the term and lets another process lead. */
  stop(): Promise<void>;
}

const askEveryMs = 1000;
const answerWithinMs = 4000;

/**
 * One leader among many processes: whoever holds an advisory lock of PostgreSQL, on a connection of its own. The lock
 * goes with the connection, so a leader that is killed is succeeded at once, and one that loses the database knows
 * within seconds. Not through a pooler that shares connections between transactions.
 */
export function lead(options: LeaderOptions): Leadership {
  const stopping = new AbortController();
  let leading = false;
  const serve = async (lost: AbortSignal) => {
    if (stopping.signal.aborted || lost.aborted) return;
    leading = true;
    options.report('leading', { name: options.name });
    try {
      await options.work(AbortSignal.any([stopping.signal, lost]));
    } catch (error) {
      options.report('the work of the leader failed', { name: options.name, reason: messageOf(error) });
    } finally {
      leading = false;
    }
    if (!stopping.signal.aborted) options.report('no longer leading', { name: options.name });
  };
  const running = options.url
    ? contend({ ...options, url: options.url }, stopping.signal, serve)
    : leadAlone(stopping.signal, serve);
  return {
    get leading() {
      return leading;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function leadAlone(stop: AbortSignal, serve: (lost: AbortSignal) => Promise<void>): Promise<void> {
  while (!stop.aborted) {
    await serve(new AbortController().signal);
    await rest(stop);
  }
}

async function contend(
  { url, name, report }: LeaderOptions & { url: string },
  stop: AbortSignal,
  serve: (lost: AbortSignal) => Promise<void>,
): Promise<void> {
  let lastFault = '';
  while (!stop.aborted) {
    const session = openSession(url);
    try {
      await session.client.connect();
      lastFault = '';
      while (!stop.aborted && !session.lost.aborted) {
        const { rows } = await session.ask(`select pg_try_advisory_lock(hashtextextended($1, 1)) as mine`, [
          name,
        ]);
        if (rows[0]?.mine === true) {
          const term = serve(session.lost).finally(() => session.endWatch());
          await session.watch();
          await term;
          break;
        }
        await rest(stop);
      }
    } catch (error) {
      if (messageOf(error) !== lastFault)
        report('leadership cannot be asked for', { name, reason: messageOf(error) });
      lastFault = messageOf(error);
    } finally {
      await session.close();
    }
    await rest(stop);
  }
}

async function rest(...until: readonly AbortSignal[]): Promise<void> {
  await pause(askEveryMs, undefined, { signal: AbortSignal.any([...until]) }).catch(() => undefined);
}

function openSession(url: string) {
  const client = new pg.Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: answerWithinMs,
    query_timeout: answerWithinMs,
    application_name: 'visavox leader',
    options: `${noticeVanishedClients} -c idle_session_timeout=0`,
  });
  const losing = new AbortController();
  const ending = new AbortController();
  client.on('error', () => losing.abort());
  client.on('end', () => losing.abort());
  const ask = (text: string, values?: unknown[]) => client.query<{ mine: boolean }>(text, values);
  return {
    client,
    ask,
    lost: losing.signal,
    /** Asks again and again whether the connection lives, and with it the lock, until it is lost or the term ends. */
    async watch(): Promise<void> {
      while (!ending.signal.aborted && !losing.signal.aborted) {
        try {
          await ask('select 1');
        } catch {
          losing.abort();
        }
        await rest(ending.signal, losing.signal);
      }
    },
    endWatch: () => ending.abort(),
    async close(): Promise<void> {
      losing.abort();
      // A server that does not answer any more must not keep this process waiting.
      await Promise.race([
        client.end().catch(() => undefined),
        pause(answerWithinMs, undefined, { ref: false }),
      ]);
    },
  };
}
