import type { Problem } from '@visavox/console/api/problem';
import { type Devices, deviceProblem } from './devices.ts';
import type { FaceGuide } from './face-guide.ts';

const CHECK_MS = 500;
/** Devices pause for a moment when they start, or change over to a headset. */
const PAUSE_MS = 2000;
/** A picture that does not change at all comes from no camera, however the stream runs on; a few looks have to agree. */
const STILL_PICTURE = { milliseconds: 4000, looks: 3 } as const;
/** The page's own clock stood still: the lid was closed, or the telephone slept. */
const ASLEEP_MS = 5000;

/**
 * Notices that camera or microphone are gone, whoever took them: pulled out, taken over by a call, forbidden, asleep, or
 * left behind in another tab. Events tell of some of it, some browsers and drivers of none, so that the clock decides.
 * `onLost` is called once. Returns what ends the watch.
 */
export function watchDevices(
  devices: Devices,
  guide: Pick<FaceGuide, 'still'>,
  onLost: (problem: Problem) => void,
): () => void {
  const { camera, sound, microphone } = devices;
  const ended = new AbortController();
  const { signal } = ended;
  const lose = (code: string) => {
    if (signal.aborted) return;
    ended.abort();
    onLost(deviceProblem(code));
  };

  const pauses = new Map<string, number>();
  /** Whether something that may be so for a moment has been so for too long. */
  const lasts = (what: string, isSo: boolean, now: number): boolean => {
    if (!isSo) pauses.delete(what);
    else if (!pauses.has(what)) pauses.set(what, now);
    return now - (pauses.get(what) ?? now) > PAUSE_MS;
  };

  let checkedAt = Date.now();
  const check = () => {
    const now = performance.now();
    const slept = Date.now() - checkedAt > ASLEEP_MS;
    checkedAt = Date.now();
    if (slept || document.visibilityState === 'hidden') return lose('page_hidden');
    if (camera.readyState === 'ended') return void whyEnded('camera').then(lose);
    if (sound.readyState === 'ended') return void whyEnded('microphone').then(lose);
    const { since, looks } = guide.still;
    const still = looks >= STILL_PICTURE.looks && now - since > STILL_PICTURE.milliseconds;
    if (still || lasts('camera', camera.muted, now)) return lose('camera_stalled');
    const running = microphone.context.state === 'running';
    if (!running) microphone.context.resume().catch(() => {}); // whether it runs is looked at again
    const silent = sound.muted || !running || now - microphone.heardAt > PAUSE_MS;
    if (lasts('sound', silent, now)) lose('sound_interrupted');
  };

  // Of the devices that were there in the beginning; what was never listed cannot be missed.
  const groupsBefore = groupsOfDevices();
  const changed = async () => {
    check();
    const [before, now] = [await groupsBefore, await groupsOfDevices()];
    for (const [device, track] of [
      ['camera', camera],
      ['microphone', sound],
    ] as const) {
      const id = track.getSettings().deviceId ?? '';
      if (!before.has(id)) continue;
      // Firefox and Safari do not always end the track of a device that was pulled out.
      if (!now.has(id)) lose(`${device}_lost`);
      // The one that the system prefers is another one from now on: what is recorded would be cut together of two.
      else if (before.get(id) !== now.get(id)) lose('device_changed');
    }
  };

  const timer = setInterval(check, CHECK_MS);
  for (const track of [camera, sound])
    for (const event of ['ended', 'mute', 'unmute']) track.addEventListener(event, check, { signal });
  microphone.context.addEventListener('statechange', check, { signal });
  navigator.mediaDevices.addEventListener('devicechange', () => void changed(), { signal });
  document.addEventListener('visibilitychange', check, { signal });
  window.addEventListener('pagehide', () => lose('page_hidden'), { signal });
  const stop = () => ended.abort();
  signal.addEventListener('abort', () => clearInterval(timer));
  return stop;
}

async function groupsOfDevices(): Promise<ReadonlyMap<string, string>> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return new Map(devices.map(({ deviceId, groupId }) => [deviceId, groupId]));
}

/** A permission that was taken back ends a track as pulling out the device does. */
async function whyEnded(device: 'camera' | 'microphone'): Promise<string> {
  try {
    // TypeScript's list of permissions lacks these two, and so do some browsers.
    const { state } = await navigator.permissions.query({ name: device as PermissionName });
    if (state === 'denied') return 'camera_refused';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return `${device}_lost`;
}
