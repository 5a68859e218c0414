import type { Page } from 'playwright-core';

/** Somebody who sits in front of a page and does what it asks for. Pictures are JPEGs, 3:4. */
export interface Performer {
  /** Looking straight ahead, more than once. */
  readonly rest: readonly Uint8Array[];
  /** From straight ahead to the side and no further. */
  readonly turns: Readonly<Record<'left' | 'right', readonly Uint8Array[]>>;
  /** Says the digits: WAV, and the face meanwhile, each picture with its milliseconds. */
  say(digits: string): Promise<{
    readonly voice: Uint8Array;
    readonly frames: readonly Uint8Array[];
    readonly times: readonly number[];
  }>;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/**
 * Gives the page a camera and a microphone with the person before them, who reads the page: says the digits that it shows, and
 * turns the head where its arrow points.
 */
export async function performBefore(page: Page, performer: Performer): Promise<void> {
  await page.exposeFunction('sayDigits', async (digits: string): Promise<Said> => {
    const { voice, frames, times } = await performer.say(digits);
    return { voice: base64(voice), frames: frames.map(base64), times: [...times] };
  });
  await page.addInitScript(before, {
    rest: performer.rest.map(base64),
    left: performer.turns.left.map(base64),
    right: performer.turns.right.map(base64),
  });
}

/** What a test may set and see in the page. `performerAway`: from the middle, in parts of the picture. */
export interface PerformerWindow {
  performerAway?: { x: number; y: number };
  /** The person does not do what is asked for. */
  performerWaits?: boolean;
  /** The camera shows the same picture for ever. */
  performerFrozen?: boolean;
  /** What the page asked the browser for, each time. */
  performerAsked?: MediaStreamConstraints[];
  /** What the page was given last. */
  performerStream?: MediaStream;
}

type Said = { voice: string; frames: string[]; times: number[] };

/** Runs in the page, before its own code; what it needs is inside. */
function before(pictures: { rest: string[]; left: string[]; right: string[] }): void {
  const [width, height] = [540, 720];
  const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const imagesOf = (texts: string[]) =>
    Promise.all(texts.map((text) => createImageBitmap(new Blob([bytesOf(text)], { type: 'image/jpeg' }))));
  const load = Promise.all([imagesOf(pictures.rest), imagesOf(pictures.left), imagesOf(pictures.right)]);
  const say = (digits: string): Promise<Said> =>
    (window as unknown as { sayDigits(digits: string): Promise<Said> }).sayDigits(digits);

  const shared = window as unknown as PerformerWindow;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    shared.performerAsked = [...(shared.performerAsked ?? []), constraints ?? {}];
    const [rest, left, right] = await load;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    const sound = new AudioContext();
    const microphone = sound.createMediaStreamDestination();
    const atRest = () => rest[Math.floor(performance.now() / 150) % rest.length];
    let look = atRest;
    let asked = '';

    const speak = async (digits: string) => {
      const { voice, frames, times } = await say(digits);
      const images = await imagesOf(frames);
      const source = sound.createBufferSource();
      source.buffer = await sound.decodeAudioData(bytesOf(voice).buffer);
      source.connect(microphone);
      const start = sound.currentTime + 0.2;
      source.start(start);
      look = () => {
        const now = (sound.currentTime - start) * 1000;
        const next = times.findIndex((time) => time > now);
        if (now < 0 || next < 0) return atRest();
        return images[Math.max(0, next - 1)];
      };
    };
    const turn = (images: ImageBitmap[], arrow: string) => {
      const start = performance.now();
      let back = Number.POSITIVE_INFINITY;
      look = () => {
        // To the side, there until the page has seen it, and back.
        const now = performance.now();
        if (asked !== arrow || now - start > 4500) back = Math.min(back, now);
        const out = Math.min(1, (now - start) / 800);
        const along = Math.max(0, Math.min(out, 1 - (now - back) / 500));
        return images[Math.round(along * (images.length - 1))];
      };
    };
    const drawing = setInterval(() => {
      if (microphone.stream.getAudioTracks().every((track) => track.readyState === 'ended')) {
        clearInterval(drawing);
        void sound.close();
        return;
      }
      const shown = document.querySelector('.digits')?.textContent?.trim() ?? '';
      if (shown !== asked && !shared.performerWaits) {
        asked = shown;
        if (/^\d+$/.test(asked)) void speak(asked);
        else if (asked === '←') turn(left, asked);
        else if (asked === '→') turn(right, asked);
      }
      if (shared.performerFrozen) return;
      // Nobody sits quite still, and no camera is without noise.
      const now = performance.now();
      const image = look();
      const { x, y } = shared.performerAway ?? { x: 0, y: 0 };
      const [aside, down] = [x * width + 2 * Math.sin(now / 700), y * height + 2 * Math.sin(now / 900)];
      context.fillStyle = '#777';
      context.fillRect(0, 0, width, height);
      if (image) context.drawImage(image, aside, down, width, height);
      context.fillStyle = `rgb(${Math.random() * 255} 120 120)`;
      context.fillRect(0, 0, 3, 3);
    }, 40);
    shared.performerStream = new MediaStream([
      ...canvas.captureStream(25).getVideoTracks(),
      ...microphone.stream.getAudioTracks(),
    ]);
    return shared.performerStream;
  };
}
