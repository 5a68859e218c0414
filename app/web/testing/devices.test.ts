import { findBrowser, howToGetABrowser, violations } from '@visavox/console/testing/browser';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedPage, openPages, WITH_DEVICES } from './page-harness.ts';
import { type Performer, type PerformerWindow, performBefore } from './performer.ts';
import { syntheticPerformer } from './synthetic-performer.ts';

const browserThere = findBrowser() !== undefined;
if (!browserThere) console.warn(howToGetABrowser);

describe.skipIf(!browserThere)('camera and microphone', WITH_DEVICES, () => {
  let pages: Awaited<ReturnType<typeof openPages>>;
  let performer: Performer;
  let opened: OpenedPage;
  let page: Page;
  let api: OpenedPage['api'];

  beforeAll(async () => {
    performer = await syntheticPerformer(syntheticPerson(4600, 0), { turns: 3 });
    pages = await openPages({ count: 2 });
  });

  afterAll(() => pages?.close());

  beforeEach(async () => {
    opened = await pages.open();
    ({ page, api } = opened);
  });

  afterEach((test) => opened.close(test));

  const start = async () => {
    await page.goto('/');
    await page.locator('input[name=name]').fill('Ada Alder');
    await page.locator('button[type=submit]').click();
  };

  describe('that are lost', () => {
    beforeEach(async () => {
      await performBefore(page, performer);
      await page.addInitScript(keepAudioContexts);
      await page.addInitScript(offerHeadset);
      await page.addInitScript(() => {
        (window as unknown as PerformerWindow).performerWaits = true;
      });
    });

    const end = (kind: 'audio' | 'video') =>
      page.evaluate((wanted) => {
        const tracks = (window as unknown as PerformerWindow).performerStream?.getTracks() ?? [];
        for (const track of tracks.filter((one) => one.kind === wanted)) {
          track.stop();
          track.dispatchEvent(new Event('ended'));
        }
      }, kind);
    const freeze = () =>
      page.evaluate(() => {
        (window as unknown as PerformerWindow).performerFrozen = true;
      });
    const suspendSound = () =>
      page.evaluate(() => {
        const { heldContexts } = window as unknown as HeldContexts;
        AudioContext.prototype.resume = () => new Promise(() => {}); // a call holds the sound
        for (const context of heldContexts) void context.suspend();
      });
    const mute = () =>
      page.evaluate(() => {
        const track = (window as unknown as PerformerWindow).performerStream?.getAudioTracks()[0];
        if (!track) throw new Error('no microphone');
        Object.defineProperty(track, 'muted', { get: () => true });
        track.dispatchEvent(new Event('mute'));
      });
    const forbid = async () => {
      await page.evaluate(() => {
        const state = { state: 'denied' } as PermissionStatus;
        navigator.permissions.query = () => Promise.resolve(state);
      });
      await end('video');
    };
    const switchOver = () =>
      page.evaluate(() => {
        Object.assign(window, { headset: true });
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      });
    const sleep = () =>
      page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 60_000;
      });
    const hide = () =>
      page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });

    const speaking = async () => {
      await page.evaluate(() => {
        (window as unknown as PerformerWindow).performerWaits = false;
      });
      await page.getByRole('heading', { name: 'Say these digits' }).waitFor();
    };

    it.each([
      ['a camera that is pulled out', () => end('video'), 'The camera was disconnected'],
      ['a microphone that is pulled out', () => end('audio'), 'The microphone was disconnected'],
      ['a camera that shows the same picture for ever', freeze, 'The camera sends no pictures any more'],
      ['sound that a call takes over', suspendSound, 'The microphone sends no sound any more'],
      ['a call that mutes the microphone', mute, 'The microphone sends no sound any more'],
      ['a permission that is taken back', forbid, 'This page may not use the camera'],
      ['a headset that becomes the microphone', switchOver, 'changed in the middle'],
      ['a lid that is closed for a while', sleep, 'because you left this page'],
      ['a tab that is hidden', hide, 'because you left this page'],
    ])('%s leads to a problem, another choice and another try', async (_what, lose, words) => {
      await start();
      await page.getByRole('heading', { name: 'Turn your head' }).waitFor();
      await lose();
      await page.getByText(words).waitFor();
      expect(await page.evaluate(areOff)).toBe(true);
      await page.evaluate(comeBack);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Turn your head' }).waitFor();
    });

    it('while the digits are said end the recording by the clock', async () => {
      await start();
      await page.getByRole('heading', { name: 'Turn your head' }).waitFor();
      await speaking();
      await suspendSound();
      await page.getByText('The microphone sends no sound any more').waitFor();
      expect(await page.getByLabel('Camera', { exact: true }).isVisible()).toBe(true);
      expect(await violations(page)).toEqual([]);
    });

    it('while somebody enrols keep what was taken', async () => {
      await page.goto('/enrol');
      await page.getByLabel('Your name').fill('Grace');
      await page.getByLabel('I agree').check();
      await page.getByRole('button', { name: 'Start camera' }).click();
      await page.getByText('Picture 2 of 4').waitFor();
      await end('video');
      await page.getByText('The camera was disconnected').waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Picture 2 of 4').waitFor();
    });
  });

  it('are offered by name, asked for by what is chosen, and remembered', async () => {
    await page.addInitScript(noteConstraints);
    await page.goto('/');
    await page.getByText('Camera, microphone and guidance').click();
    await page.getByLabel('Camera', { exact: true }).selectOption('fake_device_1');
    const chosen = await page.getByLabel('Camera', { exact: true }).inputValue();
    await page.getByLabel('Microphone', { exact: true }).selectOption({ index: 2 });
    await page.reload();
    await page.getByText('Camera, microphone and guidance').click();
    // The devices are listed a moment after the page is there.
    await expect.poll(() => page.getByLabel('Camera', { exact: true }).inputValue()).toBe(chosen);
    expect(await violations(page)).toEqual([]);
    await page.locator('input[name=name]').fill('Ada Alder');
    await page.locator('button[type=submit]').click();
    await page.getByRole('heading', { name: 'Look at the camera' }).waitFor();
    expect(await page.evaluate(() => (window as unknown as Noted).asked.at(-1))).toMatchObject({
      video: { deviceId: { exact: chosen } },
      audio: { deviceId: { exact: expect.any(String) } },
    });
    // Another choice begins anew with it.
    await page.getByText('Camera, microphone and guidance').click();
    await page.getByLabel('Camera', { exact: true }).selectOption('fake_device_0');
    await page.waitForFunction(() => (window as unknown as Noted).asked.length === 2);
  });

  it('that were chosen and are not there any more give way to others', async () => {
    await page.addInitScript(() => {
      localStorage.setItem('visavox.devices', JSON.stringify({ camera: 'gone', microphone: 'gone' }));
    });
    await start();
    await page.getByRole('heading', { name: 'Look at the camera' }).waitFor();
  });

  it('are looked at by the server where the browser cannot run the networks', async () => {
    await page.route('**/*.wasm', (route) => route.abort());
    await start();
    await page.getByText('4719', { exact: true }).waitFor();
    expect(api.asked.face).toBeGreaterThan(1);
    opened.expectComplaint(/wasm|ERR_FAILED|ArrayBuffer instantiation/);
  });

  it('say what to try after 15 seconds, and that there are other ways after 40', async () => {
    await start();
    await page.getByText('Wipe the lens.').waitFor();
    expect(await page.getByText('You never have to use your face').isVisible()).toBe(false);
    await page.getByText('You never have to use your face').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

interface HeldContexts {
  heldContexts: AudioContext[];
}

/** Runs in the page: keeps hold of what the page hears with. */
function keepAudioContexts(): void {
  const held: AudioContext[] = [];
  Object.assign(window, { heldContexts: held });
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor() {
      super();
      held.push(this);
    }
  };
}

/** Runs in the page: the microphone is the system's preferred one, which a headset may become. */
function offerHeadset(): void {
  const settings = MediaStreamTrack.prototype.getSettings;
  MediaStreamTrack.prototype.getSettings = function () {
    return { ...settings.call(this), ...(this.kind === 'audio' ? { deviceId: 'default' } : {}) };
  };
  const device = (groupId: string) => ({
    kind: 'audioinput',
    deviceId: 'default',
    groupId,
    label: 'Default',
  });
  navigator.mediaDevices.enumerateDevices = async () =>
    [device('headset' in window ? 'headset' : 'built in')] as MediaDeviceInfo[];
}

function areOff(): boolean {
  const tracks = (window as unknown as PerformerWindow).performerStream?.getTracks() ?? [];
  return tracks.length === 2 && tracks.every((track) => track.readyState === 'ended');
}

function comeBack(): void {
  (window as unknown as PerformerWindow).performerFrozen = false;
  Object.defineProperty(document, 'visibilityState', { get: () => 'visible', configurable: true });
  AudioContext.prototype.resume = () => Promise.resolve();
  navigator.permissions.query = () => Promise.resolve({ state: 'granted' } as PermissionStatus);
}

interface Noted {
  asked: MediaStreamConstraints[];
}

function noteConstraints(): void {
  const asked: MediaStreamConstraints[] = [];
  Object.assign(window, { asked });
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (constraints) => {
    asked.push(constraints ?? {});
    return real(constraints);
  };
}
