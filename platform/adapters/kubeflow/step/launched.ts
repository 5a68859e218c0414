import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { noCode } from '@visavox/pipelines/code/stored-code';
import { defaultImage } from '@visavox/pipelines/component';
import { datasetVersionSchema } from '@visavox/pipelines/dataset-parameters';
import type { DeclaredEnvironment } from '@visavox/pipelines/environments/declaration';
import { pipPrelude } from '@visavox/pipelines/environments/pip-prelude';
import type { IrContainer, PipelineSpec } from '@visavox/pipelines/ir';

/** What starts a command in a step image: it gets the code, packages and dataset versions first. */
export const launcherCommand = 'visavox-launch';

/** How the launcher of step images is told where it gets them. */
export interface StepLaunch {
  /** The names of images, as components say them, that have the launcher. */
  readonly images: readonly string[];
  /** This server as pods reach it. */
  readonly server: string;
  /** For the launcher alone, such as the index of Python packages. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** A claim that all steps share, where packages are kept from one to the next. */
  readonly cacheClaim?: string | undefined;
}

/** A component that names no image runs in the code of its run; an image that is named has code of its own. */
export function takesCode({ image = defaultImage }: IrContainer): boolean {
  return image === defaultImage;
}

/** Whether a pipeline has steps that run in the code of their run. */
export function anyTakesCode(spec: PipelineSpec): boolean {
  return Object.values(spec.deploymentSpec.executors).some(
    ({ container }) => container && takesCode(container),
  );
}

/** What the component of an executor declares to be installed. */
export function declaredEnvironment(spec: PipelineSpec, label: string): DeclaredEnvironment | undefined {
  const file = spec.platforms?.visavox?.deploymentSpec.executors[label]?.environment;
  if (file) return file;
  const prelude = pipPrelude(spec.deploymentSpec.executors[label]?.container?.command ?? []);
  return prelude && { installs: prelude.installs };
}

/**
 * The executors that start by the launcher, by their labels. `code`: the snapshot that the run is pinned to, if it is to one.
 * Throws a UserError where a step needs the launcher and its image has none, or nothing says where pods reach this server.
 */
export function launchedExecutors(
  spec: PipelineSpec,
  { launch, code }: { readonly launch: StepLaunch | undefined; readonly code: Digest | undefined },
): ReadonlySet<string> {
  const launched = new Set<string>();
  for (const [label, { container }] of Object.entries(spec.deploymentSpec.executors)) {
    if (!container) continue;
    const image = container.image ?? defaultImage;
    const hasLauncher = image === defaultImage || launch?.images.includes(image) === true;
    const declared = declaredEnvironment(spec, label);
    const needed = takesDataset(spec, label)
      ? 'a dataset version'
      : declared && !('installs' in declared)
        ? 'packages from a file'
        : takesCode(container) && code !== undefined && code !== noCode.digest
          ? 'code'
          : undefined;
    if (needed !== undefined && !hasLauncher) throw noLauncher(label, image, needed);
    if (needed !== undefined && !launch) throw noServer(label, needed);
    if (launch && hasLauncher && (needed !== undefined || declared)) launched.add(label);
  }
  return launched;
}

function takesDataset({ components }: PipelineSpec, label: string): boolean {
  return Object.values(components).some(
    ({ executorLabel, inputDefinitions }) =>
      executorLabel === label &&
      Object.values(inputDefinitions?.artifacts ?? {}).some(
        ({ artifactType }) => artifactType?.schemaTitle === datasetVersionSchema,
      ),
  );
}

function noLauncher(label: string, image: string, needed: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'image_without_launcher',
    message: `The executor ${label} is to be given ${needed}, and runs in the image ${image}, which cannot fetch it.`,
    action:
      'Leave the image out of the component, so that it runs in the step image (VISAVOX_STEP_IMAGE may be one that is made from it), or run it with --on local.',
  });
}

function noServer(label: string, needed: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'step_server_unset',
    message: `The executor ${label} is to be given ${needed}, and this server does not know under which address pods reach it.`,
    action:
      'Set VISAVOX_STEP_SERVER to that address, such as http://visavox.visavox:80, or run it with --on local.',
  });
}
