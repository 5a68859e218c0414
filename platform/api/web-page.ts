import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Context, Hono } from 'hono';
import type { ApiEnv } from './api-env.ts';
import { answerProblem } from './problem.ts';

const unbuilt = `<!doctype html><html lang="en"><title>Visavox</title>
<p>The service runs. Its page is not built yet: run <code>npm run setup</code> and reload.</p></html>`;

const plain = `<!doctype html><html lang="en"><title>Visavox</title>
<p>The platform runs. This project has no pages of its own: use the command <code>visavox</code>, or the API that
<a href="/api/openapi.json">/api/openapi.json</a> describes.</p></html>`;

/** The built page: its hashed assets are kept by browsers for good, and every other path is the page itself. Undefined: there is none. */
export function addWebPage<E extends ApiEnv>(app: Hono<E>, folder: string | undefined): void {
  if (folder !== undefined && existsSync(folder)) {
    app.use('/assets/*', async (c, next) => {
      await next();
      if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable');
    });
    const files = serveStatic<E>({ root: folder, index: 'no-index', precompressed: true });
    app.use('*', async (c, next) => (isApi(c.req.path) ? next() : files(c, next)));
  }
  app.get('*', async (c) => {
    const last = c.req.path.split('/').at(-1) ?? '';
    if (isApi(c.req.path) || last.includes('.')) return notFound(c);
    const page =
      folder === undefined ? plain : await readFile(join(folder, 'index.html'), 'utf8').catch(() => unbuilt);
    return c.html(page, 200, { 'cache-control': 'no-cache' });
  });
}

export function notFound<E extends ApiEnv>(c: Context<E>): Response {
  return answerProblem(c, {
    status: 404,
    code: 'not_found',
    detail: `there is nothing at ${c.req.path}`,
    action: 'See /api/openapi.json for what there is.',
  });
}

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}
