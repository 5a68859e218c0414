import { type ComponentType, createContext, type ReactNode, useContext } from 'react';

/** A page of the console, the platform's or a project's. */
export interface ConsolePage {
  /** Its address, with names for what varies: `/console/people/:id`. */
  readonly path: string;
  /** Its name in the navigation. A page without one is reached from others. */
  readonly Name?: ComponentType;
  /** For operators and auditors alone. */
  readonly audits?: boolean;
  readonly show: (values: Readonly<Record<string, string>>) => ReactNode;
}

/** What a project adds to the console. */
export interface ConsoleProject {
  /** After the overview; one with the address of a platform's page takes that one's place. */
  readonly pages: readonly ConsolePage[];
  /** Above every page: what no operator may overlook. */
  readonly Notice?: ComponentType;
  /** Links out of the console, at the foot of its navigation. */
  readonly Links?: ComponentType;
  /** Links to what the project knows of a model version, wherever one is shown. */
  readonly VersionLinks?: ComponentType<{ readonly model: string; readonly version: number }>;
}

export const ProjectContext = createContext<ConsoleProject>({ pages: [] });

export const useProject = () => useContext(ProjectContext);
