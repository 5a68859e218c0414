import { resolve } from 'node:path';
import { loadProject } from '@visavox/host/load-project';
import type { ProjectDeclaration } from '@visavox/host/project';
import { type RunningServer, up as upOnHost } from '@visavox/host/up';
import type { Logger } from 'pino';
import { signInApplication } from './application.ts';
import { signIn } from './project.ts';
import type { Settings } from './settings.ts';

const root = resolve(import.meta.dirname, '../..');

export interface UpOptions {
  readonly logger?: Logger;
  /** In the place of sign-in: sign-in with other models beside the recogniser, or a project that has none of it. */
  readonly project?: ProjectDeclaration;
}

/** Sign-in with everything that it stands on, on this machine, or one part of it. Returns once people can sign in. */
export async function up(
  settings: Settings,
  tell: (line: string) => void,
  { logger, project: declared = signIn }: UpOptions = {},
): Promise<RunningServer> {
  const application = async () => ({ application: () => signInApplication(settings) });
  const hasSignIn = declared.application === signIn.application;
  const declaration = hasSignIn ? { ...declared, application } : declared;
  const project = await loadProject(declaration, { root, environment: {}, settings });
  return upOnHost({ settings, project, tell, logger });
}
