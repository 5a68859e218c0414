import type { ControllerResources } from '../controller-resources.ts';
import type { Releases } from '../releases.ts';

/** What the phases of a training work with. */
export interface PhaseContext extends Omit<ControllerResources, 'releases'> {
  readonly releases: Releases;
}
