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
  /** Sign-in with more beside it, such as other models. */
  readonly project?: ProjectDeclaration;
}

/** Sign-in with everything that it stands on, on this machine, or one part of it. Returns once people can sign in. */
export async function up(
  settings: Settings,
  tell: (line: string) => void,
  { logger, project: declared = signIn }: UpOptions = {},
): Promise<RunningServer> {
  const application = async () => ({ application: () => signInApplication(settings) });
  const project = await loadProject({ ...declared, application }, { root, environment: {}, settings });
  return upOnHost({ settings, project, tell, logger });
}
