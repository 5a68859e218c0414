import { expect, it } from 'vitest';
import { captureReport } from './capture-report.ts';

const track = (settings: MediaTrackSettings) => ({ getSettings: () => settings }) as MediaStreamTrack;
const recorded = { recording: { samples: 48_000, milliseconds: 1003 }, frames: [] };

it('tells how the devices behaved, and neither which ones they are nor whose', () => {
  const camera = track({ width: 1280, height: 960, frameRate: 30, facingMode: 'user', deviceId: 'secret' });
  const sound = track({ sampleRate: 48_000, channelCount: 1, autoGainControl: true, groupId: 'secret' });
  const context = { sampleRate: 48_000, baseLatency: 0.01 } as AudioContext;
  const report = captureReport({ camera, sound, microphone: { context } }, recorded);
  expect(report).toMatchObject({
    camera: { width: 1280, height: 960, frameRate: 30, facingMode: 'user' },
    sound: { contextRate: 48_000, trackRate: 48_000, baseLatency: 0.01, echoCancellation: null },
    recording: { samples: 48_000 },
  });
  expect(JSON.stringify(report)).not.toContain('secret');
});
