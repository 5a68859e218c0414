import { messageOf, UserError } from '@visavox/core/errors';
import { Cron } from 'croner';
import type { Trigger, TriggerContext } from '../trigger.ts';

/**
 * Due at times of a cron expression: `schedule('0 3 * * 1')` is Monday at three, UTC unless another zone is given
 * (`Europe/Paris`). Times that pass while nothing runs here, or while a training is under way, are made up for once.
 */
export function schedule(cron: string, { timezone = 'UTC' }: { timezone?: string } = {}): Trigger {
  const times = parsed(cron, timezone);
  const nextAfter = ({ since, mark }: Pick<TriggerContext, 'since' | 'mark'>) =>
    times.nextRun(mark === null ? since : new Date(mark));
  return {
    name: `schedule ${cron} ${timezone}`,
    next: nextAfter,
    async due(context) {
      const { now } = context;
      const next = nextAfter(context);
      return next !== null && next <= now ? `schedule ${cron} (${next.toISOString()})` : null;
    },
    mark: async ({ now }) => now.toISOString(),
  };
}

function parsed(cron: string, timezone: string): Cron {
  try {
    const times = new Cron(cron, { timezone, paused: true });
    // A zone that is not known is noticed by the first computation only.
    times.nextRun();
    return times;
  } catch (cause) {
    throw new UserError({
      kind: 'invalid',
      code: 'schedule_invalid',
      message: `"${cron}" in ${timezone} is no schedule: ${messageOf(cause)}`,
      action:
        'Write minute, hour, day, month and weekday, such as "0 3 * * 1", and a zone such as Europe/Paris.',
      cause,
    });
  }
}
