const SHOWN = 12;

/** The first digits of a digest, all of it on hovering; anything else as it is. */
export function Digest({ value }: { value: string }) {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(value)?.[1];
  return <code title={hex ? value : undefined}>{hex ? hex.slice(0, SHOWN) : value}</code>;
}

/** A digest's first digits; any other name as it is. */
export function shortened(text: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? text.slice('sha256:'.length, 'sha256:'.length + SHOWN) : text;
}
