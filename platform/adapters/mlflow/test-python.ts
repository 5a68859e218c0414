import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The Python of the set-up, with MLflow in it; VISAVOX_PYTHON names another one. */
export function testPython(): string {
  const ofSetup = fileURLToPath(new URL('../../../.visavox/setup/python/bin/python', import.meta.url));
  const candidates = [process.env.VISAVOX_PYTHON ?? '', ofSetup];
  const found = candidates.find((python) => python !== '' && existsSync(python));
  if (found) return found;
  throw new Error(`These tests want a real MLflow. Run "npm run setup" (${ofSetup}), or set VISAVOX_PYTHON.`);
}
