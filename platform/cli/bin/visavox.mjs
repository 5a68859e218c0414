#!/usr/bin/env node
import { register as registerHook } from 'node:module';
import { register } from 'tsx/esm/api';

// What a project declares is TypeScript, however this program itself was installed.
register();
registerHook('./typescript-modules.mjs', import.meta.url);
await import('#main');
