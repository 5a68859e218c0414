import { signIn } from '@visavox/server/project';
import { defineProject } from 'visavox/config';

/** Sign-in by face and voice, and the commands that it adds to the platform's. */
export default defineProject({
  ...signIn,
  commands: [
    () => import('@visavox/client/plugin'),
    () => import('@visavox/recognition/evaluation/plugin'),
    () => import('@visavox/recognition/backbone/plugin'),
    () => import('@visavox/recognition/heads/plugin'),
    () => import('@visavox/recognition/digits/plugin'),
    () => import('@visavox/simulation/plugin'),
  ],
});
