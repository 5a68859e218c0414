import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Context, Hono } from 'hono';
import type { ApiEnv } from './api-env.ts';
import { answerProblem } from './problem.ts';

const unbuilt = `<!doctype html><html lang="en"><title>Visavox</title>
<p>The service runs. Its page is not built yet: run <code>npm run setup</code> and reload.</p></html>`;

/** Folders of built pages: `index.html`, and below `assets` files that have their digest in their names. */
export interface PageFolders {
  /** Pages of the project, at every address that is not the API's. */
  readonly webFolder: string | undefined;
  /** The platform's console, below `/console`; undefined where the project's pages have it among them. */
  readonly consoleFolder: string | undefined;
}

const consolePath = '/console';

/** A project without pages of its own begins with the console. */
export function addWebPages<E extends ApiEnv>(app: Hono<E>, { webFolder, consoleFolder }: PageFolders): void {
  if (consoleFolder !== undefined) addPage(app, { at: consolePath, folder: consoleFolder });
  if (webFolder !== undefined) addPage(app, { at: '', folder: webFolder });
  else if (consoleFolder !== undefined) app.get('/', (c) => c.redirect(consolePath));
}

/** The hashed assets are kept by browsers for good, and every other path below `at` is the page itself. */
function addPage<E extends ApiEnv>(app: Hono<E>, { at, folder }: { at: string; folder: string }): void {
  if (existsSync(folder)) {
    app.use(`${at}/assets/*`, async (c, next) => {
      await next();
      if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable');
    });
    const files = serveStatic<E>({
      root: folder,
      index: 'no-index',
      precompressed: true,
      rewriteRequestPath: (path) => path.slice(at.length),
    });
    app.use(`${at}/*`, async (c, next) => (isApi(c.req.path) ? next() : files(c, next)));
  }
  app.get(`${at}/*`, async (c) => {
    const last = c.req.path.split('/').at(-1) ?? '';
    if (isApi(c.req.path) || last.includes('.')) return notFound(c);
    const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => unbuilt);
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
