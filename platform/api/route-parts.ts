import { z } from '@hono/zod-openapi';
import { Name } from '@visavox/core/model';
import { Problem } from './schemas.ts';

/** What descriptions of routes are put together from. */
export const problem = {
  description: 'what was wrong and what to do',
  content: { 'application/problem+json': { schema: Problem } },
};

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** No id has a character that a database cannot hold. */
export const Id = z.object({
  id: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\0]*$/, 'a NUL is in no id'),
});
export const OfModel = z.object({ name: Name });
export const OfVersion = OfModel.extend({
  version: z
    .string()
    .regex(/^([1-9][0-9]{0,8}|[a-z]{1,30})$/, 'a number, or an alias such as champion')
    .openapi({ description: 'a number, or an alias such as champion' }),
});
/** May be left out where the model is released to one environment. */
export const InEnvironment = z.object({ environment: Name.optional() });
/** By an operator. */
export const operator = [{ operatorToken: [] }, { operatorSession: [] }];
export const none = { description: 'done' };
export const limit = z.coerce.number().int().min(1).max(1000).default(100);
