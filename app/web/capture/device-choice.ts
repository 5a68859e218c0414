const KEY = 'visavox.devices';

/** Which camera and microphone somebody prefers in this browser; where it names none, the browser chooses. */
export interface DeviceChoice {
  readonly camera: string | null;
  readonly microphone: string | null;
}

export interface DeviceList {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
}

export interface Device {
  readonly id: string;
  readonly label: string;
}

export const ANY_DEVICE: DeviceChoice = { camera: null, microphone: null };

export function keptDevices(): DeviceChoice {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    const text = (name: string) =>
      typeof kept === 'object' && kept !== null && typeof Reflect.get(kept, name) === 'string'
        ? String(Reflect.get(kept, name))
        : null;
    return { camera: text('camera'), microphone: text('microphone') };
  } catch {
    return ANY_DEVICE; // somebody wrote something else there
  }
}

export function keepDevices(choice: DeviceChoice): void {
  localStorage.setItem(KEY, JSON.stringify(choice));
}

/** Browsers name devices only to pages that may use them, and list the default ones twice. */
export async function listDevices(): Promise<DeviceList> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all
      .filter(
        (device) => device.kind === kind && !['', 'default', 'communications'].includes(device.deviceId),
      )
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { cameras: of('videoinput'), microphones: of('audioinput') };
}
