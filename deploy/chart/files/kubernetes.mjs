// Kubernetes' API, as the account of this pod sees it.
import { readFileSync } from 'node:fs';

const {
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
  KSERVE_NAMESPACE: namespace,
} = process.env;
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
export const services = `/apis/serving.kserve.io/v1beta1/namespaces/${namespace}/inferenceservices`;
export const ours = '?labelSelector=app.kubernetes.io/managed-by%3Dvisavox';

export async function ask(path, method = 'GET') {
  const token = readFileSync(`${account}/token`, 'utf8');
  const authority = host.includes(':') ? `[${host}]` : host;
  const answer = await fetch(`https://${authority}:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
