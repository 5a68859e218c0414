// A process that wants to lead: prints "leading" and "following" as it becomes one or the other.
import { once } from 'node:events';
import { lead } from './leader-lock.ts';

const [url] = process.argv.slice(2);
const leadership = lead({
  url,
  name: 'tests',
  report: (event, details) => process.stderr.write(`${event} ${JSON.stringify(details)}\n`),
  work: async (term) => {
    process.stdout.write('leading\n');
    if (!term.aborted) await once(term, 'abort');
    process.stdout.write('following\n');
  },
});
process.on('SIGTERM', () => void leadership.stop());
