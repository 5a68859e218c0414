import type { ModelSecrets } from './model-environments.ts';
import { kserveApi } from './model-host.ts';
import type { PlatformSettings } from './settings.ts';

/** The server's own environment, or a Secret where KServe starts the servers of models; `environment` as the model host has it. */
export function modelSecrets(
  { kserve, role, modelSecret }: Pick<PlatformSettings, 'kserve' | 'role' | 'modelSecret'>,
  environment = 'none',
): ModelSecrets {
  if (!kserve)
    return { where: { kind: 'server' }, has: async () => (name) => modelSecret(name) !== undefined };
  return {
    where: { kind: 'cluster', secret: kserve.secret },
    async has() {
      // Only who controls knows Kubernetes; who may not read the Secret learns from the pods that something is missing.
      if (role === 'server') return null;
      const keys = await (await kserveApi(kserve, environment)).secretKeys();
      return keys && ((name) => keys.includes(name));
    },
  };
}
