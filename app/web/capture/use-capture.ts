import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { keptDevices } from './device-choice.ts';
import { watchDevices } from './device-watch.ts';
import { type Devices, openDevices } from './devices.ts';
import { BrowserSight, ServerSight } from './face/face-sight.ts';
import { FaceGuide } from './face-guide.ts';
import type { Guidance } from './guidance.ts';
import { keptGuidance } from './guidance-settings.ts';

/** What a capturing script is given; all of it ends when the script or the page does, or a device is lost. */
export interface Capturing {
  readonly devices: Devices;
  readonly guide: FaceGuide;
  readonly video: HTMLVideoElement;
  /** Whether the person begins each recording. */
  readonly byHand: boolean;
  readonly signal: AbortSignal;
}

export const LOOKING: Guidance = { hint: 'looking', direction: null };

export interface Capture {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly devices: Devices | null;
  readonly guidance: Guidance;
  /** Begins to load what finds faces, before it is needed. */
  prepare(): void;
  /** Opens the devices, runs the script, closes the devices. A second start ends the first. Rejects when a device is lost. */
  start<T>(script: (capturing: Capturing) => Promise<T>): Promise<T>;
  stop(): void;
}

export function useCapture(): Capture {
  const video = useRef<HTMLVideoElement>(null);
  const current = useRef<AbortController | null>(null);
  const sight = useRef<BrowserSight | null | undefined>(undefined);
  const [devices, setDevices] = useState<Devices | null>(null);
  const [guidance, setGuidance] = useState(LOOKING);
  useEffect(
    () => () => {
      current.current?.abort();
      sight.current?.close();
      sight.current = undefined;
    },
    [],
  );

  return useMemo(() => {
    const browserSight = () => {
      if (sight.current === undefined) sight.current = BrowserSight.open();
      return sight.current;
    };
    return {
      video,
      devices,
      guidance,
      prepare: () => void browserSight(),
      stop: () => current.current?.abort(),
      async start(script) {
        current.current?.abort();
        const controller = new AbortController();
        current.current = controller;
        const { signal } = controller;
        const browser = browserSight();
        const opened = await openDevices(keptDevices());
        const closing = [() => opened.close(), () => setDevices(null)];
        try {
          signal.throwIfAborted();
          setDevices(opened);
          setGuidance(LOOKING);
          const element = await mounted(video, signal);
          const guide = new FaceGuide(element, { browser, server: new ServerSight() }, setGuidance);
          closing.unshift(() => guide.close());
          closing.unshift(watchDevices(opened, guide, (problem) => controller.abort(problem)));
          closing.unshift(stayAwake());
          const { byHand } = keptGuidance();
          return await script({ devices: opened, guide, video: element, byHand, signal });
        } finally {
          for (const close of closing) close();
        }
      },
    };
  }, [devices, guidance]);
}

/** Keeps a telephone from going to sleep while somebody looks at it without touching it. Returns what ends that. */
function stayAwake(): () => void {
  // Not every browser can, and a battery that runs low forbids it.
  const lock = navigator.wakeLock?.request('screen').catch(() => null);
  return () => void lock?.then((held) => held?.release());
}

/** The video element appears with the render after the devices are known. */
async function mounted(
  video: RefObject<HTMLVideoElement | null>,
  signal: AbortSignal,
): Promise<HTMLVideoElement> {
  while (!video.current) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    signal.throwIfAborted();
  }
  return video.current;
}
