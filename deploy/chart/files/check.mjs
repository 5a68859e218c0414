// `helm test`: the application is ready, the controller answers, and each model that is up speaks its protocol. While
// something is being replaced it may not answer for a moment: what fails is asked again for as long as a rollout may take.
import { setTimeout as pause } from 'node:timers/promises';

const { APPLICATION, CONTROLLER, KSERVE_NAMESPACE, WAIT_SECONDS = '300' } = process.env;
const deadline = Date.now() + Number(WAIT_SECONDS) * 1000;

async function eventually(check) {
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`not after ${WAIT_SECONDS} s: ${error.message}`);
      console.log(`waits: ${error.message}`);
      await pause(1000);
    }
  }
}

async function get(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  console.log(`${url}: ${answer.status} ${text.slice(0, 300)}`);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return text;
}

/** Asked anew as a whole: which models are up changes while one is being replaced. */
async function checkModels() {
  const { ask, ours, services } = await import('./kubernetes.mjs');
  const { items } = await ask(`${services}${ours}`);
  const up = items.filter(({ status }) =>
    status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True'),
  );
  if (up.length === 0) throw new Error(`none of ${items.length} models is up`);
  for (const { metadata } of up) {
    const predictor = `http://${metadata.name}-predictor.${KSERVE_NAMESPACE}`;
    await get(`${predictor}/v2/health/ready`);
    await get(`${predictor}/v2`);
  }
}

await eventually(() => get(`${APPLICATION}/healthz/ready`));
await eventually(() => get(`${CONTROLLER}/healthz/ready`));
await eventually(() => get(`${APPLICATION}/api/openapi.json`));
if (KSERVE_NAMESPACE) await eventually(checkModels);
