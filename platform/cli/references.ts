import type { ModelReference } from '@visavox/core/model';

/** Where the server has the version that a reference names. */
export function pathOfVersion(reference: ModelReference): string {
  return `/api/v1/models/${encodeURIComponent(reference.name)}/versions/${versionOf(reference)}`;
}

/** A number, or an alias, which the server resolves. */
export function versionOf(reference: ModelReference): number | string {
  return 'version' in reference ? reference.version : reference.alias;
}

/** `?environment=…`, or nothing. */
export function inEnvironment(environment: string | undefined): string {
  return queryOf({ environment });
}

/** What is given of these, as the query of an address. */
export function queryOf(given: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query}`;
}
