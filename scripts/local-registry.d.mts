export interface LocalRegistry {
  readonly url: string;
  /** Of a process that is to install from it: this process's own, with npm set to it and to nothing else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

export function startLocalRegistry(folder: string): Promise<LocalRegistry>;
