import type { Status } from '@visavox/api/schemas';
import type { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { sharedTokenNotice } from './login.ts';

type Serving = z.infer<typeof Status>['environments'][number]['champion'];

const named = (serving: Serving) => (serving ? `${serving.model}:${serving.version}` : null);

export const statusCommand: CommandPlugin = (program, context) => {
  program
    .command('status')
    .description('services, environments, champion and challenger, health')
    .action(async (_options, command) => {
      const { request, result, server, log } = context(command);
      const { Status } = await import('@visavox/api/schemas');
      const status = Status.parse(await request('GET', '/api/v1/status'));
      if (status.sharedTokenOn) log(sharedTokenNotice);
      result(
        status,
        [
          table(
            ['service', 'health', 'address'],
            status.services.map((service) => [
              service.name,
              service.healthy ? 'healthy' : 'not answering',
              service.url,
            ]),
          ),
          ...status.services.flatMap(({ name, reason }) => (reason ? ['', `${name}: ${reason}`] : [])),
          '',
          table(
            ['environment', 'champion', 'challenger', 'model', 'answers at'],
            status.environments.map((one) => [
              one.name,
              named(one.champion),
              named(one.challenger),
              one.model,
              one.serving && one.champion ? server + one.serving : null,
            ]),
          ),
        ].join('\n'),
      );
    });
};
