import { release, type } from 'node:os';
import type { ServerFacts } from '@visavox/api/schemas';
import type { LoadedProject } from './load-project.ts';
import type { PlatformSettings } from './settings.ts';

/** What operators are shown of a server. Passwords in addresses are left out, and everything else that is secret. */
export function serverFacts(
  settings: PlatformSettings,
  { name, root, models, declaration }: Pick<LoadedProject, 'name' | 'root' | 'models' | 'declaration'>,
): ServerFacts {
  const engines = ['local', ...(settings.kubeflow ? ['kubeflow'] : [])];
  return {
    project: {
      ...{ name, folder: root, pages: declaration.pages !== undefined },
      models: models.map((model) => model.name),
    },
    engines: [...engines, ...Object.keys(declaration.engines ?? {})],
    settings: Object.entries(shown(settings)).map(([name, value]) => ({ name, value: value ?? null })),
    versions: [
      { name: 'Node.js', version: process.versions.node },
      { name: type(), version: release() },
    ],
  };
}

/** By the name of the environment variable that sets it. */
function shown(settings: PlatformSettings): Readonly<Record<string, string | undefined>> {
  const { mlflow, kubeflow, kserve, oidc } = settings;
  return {
    VISAVOX_ROLE: settings.role,
    VISAVOX_HOME: settings.home,
    VISAVOX_SETUP: settings.setup,
    HOST: settings.host,
    PORT: String(settings.port),
    VISAVOX_PUBLIC_URL: withoutSecrets(settings.publicUrl),
    VISAVOX_OWN_URL: withoutSecrets(settings.ownUrl),
    VISAVOX_ALLOWED_HOSTS: listed(settings.allowedHosts),
    VISAVOX_TRUSTED_PROXIES: listed(settings.trustedProxies),
    DATABASE_URL: withoutSecrets(settings.databaseUrl),
    VISAVOX_OBJECTS: withoutSecrets(settings.objects.url),
    MLFLOW_TRACKING_URI: withoutSecrets(mlflow.url),
    MLFLOW_WORKSPACE: mlflow.workspace,
    VISAVOX_MLFLOW_ARTIFACTS: withoutSecrets(mlflow.artifacts),
    VISAVOX_ENGINE: settings.engine,
    KFP_ENDPOINT: withoutSecrets(kubeflow?.endpoint),
    VISAVOX_SERVING: kserve ? 'kserve' : 'in-process',
    KSERVE_NAMESPACE: kserve?.namespace,
    VISAVOX_OIDC_ISSUER: withoutSecrets(oidc?.client.issuer),
    VISAVOX_OIDC_CLIENT_ID: oidc?.client.clientId,
    VISAVOX_OIDC_ROLES_CLAIM: oidc?.roles.claim,
    VISAVOX_OIDC_ROLES: oidc && listed(oidc.roles.roles.map(({ value, role }) => `${value}=${role}`)),
    VISAVOX_OIDC_DEFAULT_ROLE: oidc?.roles.otherwise,
    VISAVOX_CODE_LIMIT: `${settings.codeLimits.bytes / 1e6}MB`,
  };
}

const listed = (all: readonly string[]) => (all.length > 0 ? all.join(', ') : undefined);

/** An address may carry a user's password, and drivers take one among their options as well. */
function withoutSecrets(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  // Drivers read more than the standard: of such an address only the beginning is surely no secret.
  if (!URL.canParse(url)) return `${url.split(':', 1)[0]}:…`;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}
