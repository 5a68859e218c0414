import type { ProjectDeclaration } from '@visavox/host/project';
import { applicationKinds } from './lineage-kinds.ts';

/** Sign-in by face and voice, as a project on the platform. Its modules are loaded when a server starts. */
export const signIn = {
  name: 'sign-in',
  models: { recogniser: () => import('./recogniser-model.ts') },
  lineage: applicationKinds,
  application: () => import('./application.ts'),
  steps: () => import('@visavox/recognition/step-surroundings'),
  code: ['recognition', 'platform/core', 'platform/adapters', 'platform/control', 'platform/serving'],
  needs: {
    'Keras on PyTorch': 'python/Keras-on-PyTorch.stamp',
    'published networks': 'networks/networks.json',
    'web page': 'web/index.html',
  },
  locks: ['package-lock.json', 'recognition/training/requirements.lock'],
} satisfies ProjectDeclaration;
