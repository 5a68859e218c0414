const memoryUnits: Record<string, number> = {
  ...{ '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Bytes of a Kubernetes quantity: `512Mi`, `4G`; undefined where it is none. */
export function bytesOf(memory: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kKMGTPE]i?)?$/.exec(memory);
  const unit = memoryUnits[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** Cores of a Kubernetes quantity: `2`, `0.5`, `500m`; undefined where it is none. */
export function coresOf(cpu: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(cpu);
  if (!match) return undefined;
  return match[2] ? Number(match[1]) / 1000 : Number(match[1]);
}

const durationUnits: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration: `90`, `90s`, `10m`, `2h`, `1d`; undefined where it is none or nothing. */
export function secondsOf(duration: number | string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(String(duration));
  const seconds = match && Number(match[1]) * (durationUnits[match[2] || 's'] ?? Number.NaN);
  return seconds && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
