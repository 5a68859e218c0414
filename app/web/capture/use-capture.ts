import { type RefObject, useEffect, useRef, useState } from 'react';
import { checkFace } from '../api/calls.ts';
import { type Devices, openDevices } from './devices.ts';
import { FaceGuide, type Guidance } from './face-guide.ts';

/** What a capturing script is given; all of it ends when the script or the page does. */
export interface Capturing {
  readonly devices: Devices;
  readonly guide: FaceGuide;
  readonly video: HTMLVideoElement;
  readonly signal: AbortSignal;
}

export interface Capture {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly devices: Devices | null;
  readonly guidance: Guidance | 'looking';
  /** Opens the devices, runs the script, closes the devices. A second start ends the first. */
  start<T>(script: (capturing: Capturing) => Promise<T>): Promise<T>;
  stop(): void;
}

export function useCapture(): Capture {
  const video = useRef<HTMLVideoElement>(null);
  const current = useRef<AbortController | null>(null);
  const [devices, setDevices] = useState<Devices | null>(null);
  const [guidance, setGuidance] = useState<Guidance | 'looking'>('looking');
  useEffect(() => () => current.current?.abort(), []);

  return {
    video,
    devices,
    guidance,
    stop: () => current.current?.abort(),
    async start(script) {
      current.current?.abort();
      const controller = new AbortController();
      current.current = controller;
      const { signal } = controller;
      const opened = await openDevices();
      let guide: FaceGuide | null = null;
      try {
        signal.throwIfAborted();
        setDevices(opened);
        setGuidance('looking');
        const element = await mounted(video, signal);
        guide = new FaceGuide(element, checkFace, setGuidance);
        return await script({ devices: opened, guide, video: element, signal });
      } finally {
        guide?.close();
        opened.close();
        setDevices(null);
      }
    },
  };
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
