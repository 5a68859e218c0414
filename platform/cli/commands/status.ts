import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

const Serving = z
  .object({ model: z.string(), version: z.number(), release: z.string().optional() })
  .nullable();
const Status = z.looseObject({
  services: z.array(
    z.object({
      name: z.string(),
      healthy: z.boolean(),
      url: z.string().nullable(),
      reason: z.string().nullish(),
    }),
  ),
  environments: z.array(
    z.object({
      name: z.string(),
      model: z.string().optional(),
      champion: Serving,
      challenger: Serving,
    }),
  ),
});

const named = (serving: z.infer<typeof Serving>) => (serving ? `${serving.model}:${serving.version}` : null);

export const statusCommand: CommandPlugin = (program, context) => {
  program
    .command('status')
    .description('services, environments, champion and challenger, health')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const status = Status.parse(await request('GET', '/api/v1/status'));
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
            ['environment', 'champion', 'challenger', 'model'],
            status.environments.map((one) => [
              one.name,
              named(one.champion),
              named(one.challenger),
              one.model,
            ]),
          ),
        ].join('\n'),
      );
    });
};
