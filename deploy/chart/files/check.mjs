// `helm test`: the application is ready, the controller answers, and each model that is up speaks its protocol.
const { APPLICATION, CONTROLLER, KSERVE_NAMESPACE } = process.env;

async function get(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  console.log(`${url}: ${answer.status} ${text.slice(0, 300)}`);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return text;
}

await get(`${APPLICATION}/healthz/ready`);
await get(`${CONTROLLER}/healthz/ready`);
await get(`${APPLICATION}/api/openapi.json`);
if (KSERVE_NAMESPACE) {
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
