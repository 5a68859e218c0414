// A registry on this machine with the packages of this repository in it, published as they would be elsewhere. Everybody
// else's packages come from the registry that npm is set to here.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runServer } from 'verdaccio';
import { buildPackages } from './packages.mjs';

const run = promisify(execFile);

/** `folder`: where it keeps what was published. `environment` is for an npm, and whatever starts one, that is to install from it. */
export async function startLocalRegistry(folder) {
  const packages = await buildPackages();
  await mkdir(folder, { recursive: true });
  const server = await runServer(await configuration(folder, packages));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const environment = {
    ...withoutNpm(process.env),
    ...{ npm_config_registry: url, npm_config_userconfig: join(folder, 'nobodys-npmrc') },
    ...{ npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' },
  };
  const publisher = join(folder, 'npmrc');
  await writeFile(publisher, `//${new URL(url).host}/:_authToken=${await newToken(url)}\n`, { mode: 0o600 });
  const stop = async () => {
    server.closeAllConnections();
    await promisify(server.close.bind(server))();
  };
  try {
    const env = { ...environment, npm_config_userconfig: publisher };
    await Promise.all(packages.map(({ tarball }) => run('npm', ['publish', tarball], { cwd: folder, env })));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, environment, stop };
}

async function configuration(folder, packages) {
  // Not what an npm around this process was told.
  const upstream = (
    await run('npm', ['config', 'get', 'registry'], { env: withoutNpm(process.env) })
  ).stdout.trim();
  return {
    ...{ self_path: folder, storage: join(folder, 'storage') },
    // The other kind of token holds the password, which is verified anew, in 300 ms, with each request.
    security: { api: { jwt: { sign: { expiresIn: '1d' } } } },
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { upstream: { url: upstream, cache: false, max_fails: 5, timeout: '60s' } },
    packages: {
      ...Object.fromEntries(
        packages.map(({ name }) => [name, { access: '$all', publish: '$authenticated' }]),
      ),
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  };
}

async function newToken(url) {
  const name = 'publisher';
  const answer = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: crypto.randomUUID() }),
  });
  if (!answer.ok)
    throw new Error(`the local registry takes no user: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}

function withoutNpm(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_/i.test(name)));
}
