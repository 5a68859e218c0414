import { defineProject } from 'visavox/config';

/** The commands that this project adds to the platform's. */
export default defineProject({
  plugins: [
    () => import('@visavox/server/plugin'),
    () => import('@visavox/client/plugin'),
    () => import('@visavox/recognition/evaluation/plugin'),
    () => import('@visavox/recognition/backbone/plugin'),
    () => import('@visavox/simulation/plugin'),
  ],
});
