import { UserError } from '@visavox/core/errors';
import { launch } from './launch.ts';

/** `visavox-launch TOLD COMMAND…`, by which Kubeflow starts steps in images that have it. */
const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);
try {
  process.exitCode = await launch(process.argv.slice(2), environment);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`visavox-launch: ${error.message}\n${error.action}\n`);
  process.exitCode = 1;
}
