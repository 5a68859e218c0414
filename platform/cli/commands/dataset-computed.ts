import { z } from 'zod';
import type { CommandContext } from '../plugin.ts';

const Pending = z.object({ state: z.literal('computing') });

/** The server says after some seconds that it is not done yet: it is asked again. `meanwhile` is said once. */
export async function computed(
  { request, log }: Pick<CommandContext, 'request' | 'log'>,
  { method, path, body, meanwhile }: { method: string; path: string; body?: unknown; meanwhile: string },
): Promise<unknown> {
  for (let asked = 0; ; asked++) {
    const answer = await request(method, path, body);
    if (!Pending.safeParse(answer).success) return answer;
    if (asked === 0) log(meanwhile);
  }
}
