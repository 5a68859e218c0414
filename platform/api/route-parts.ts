import { z } from '@hono/zod-openapi';
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
/** By an operator. */
export const operator = [{ operatorToken: [] }, { operatorSession: [] }];
export const none = { description: 'done' };
export const limit = z.coerce.number().int().min(1).max(1000).default(100);
