import { basename } from 'node:path';

const names: readonly RegExp[] = [
  /^\.env(\..+)?$/,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /\.(key|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|gpg)$/i,
  /^(\.netrc|_netrc|\.pypirc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg|kubeconfig)$/,
  /^(client_secret|service[-_]account).*\.json$/i,
];
/** What a project shows others of its settings, without the values. */
const examples = /\.(example|sample|template|dist)$/;
const folders = /(^|\/)\.(aws|ssh|gnupg|kube|docker)\//;

/** Whether a file is one that holds passwords or keys, by where it is. */
export function isSecretByName(path: string): boolean {
  const name = basename(path);
  if (examples.test(name)) return false;
  return folders.test(path) || names.some((pattern) => pattern.test(name));
}

const largestKey = 64 * 1024;

/**
 * Whether a file is a private key or holds credentials, by what it says. A source file that mentions a key is not one:
 * it would be missing where it is imported.
 */
export function isSecretByContent(path: string, bytes: Uint8Array): boolean {
  if (bytes.byteLength > largestKey) return false;
  const start = new TextDecoder().decode(bytes.subarray(0, 4096)).trimStart();
  if (/^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/.test(start)) return true;
  if (!/\.(json|ya?ml|ini|toml|cfg|conf|npmrc|pem|txt)$|(^|\/)[^./]+$|(^|\/)\.[^/.]+$/.test(path))
    return false;
  const text = new TextDecoder().decode(bytes);
  return (
    /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----(\\n|\s)+[A-Za-z0-9+/=]{32}/.test(text) ||
    /^\s*aws_secret_access_key\s*=\s*\S{20}/im.test(text) ||
    /^\s*\/\/[^\s]+:_(authToken|password)\s*=\s*(?!\$\{)\S+/m.test(text)
  );
}
