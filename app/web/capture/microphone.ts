import { Problem } from '@visavox/console/api/problem';
import { type Level, levelOf, loudnessHint, speechLevel } from './levels.ts';
import tapUrl from './microphone-worklet.ts?worker&url';
import { speechThreshold, Utterance } from './utterance.ts';
import { encodeWav, SAMPLE_RATE } from './wav.ts';

/** How long somebody may wait before the first word. By the clock: a microphone that is gone sends no samples to count. */
const PATIENCE_MS = 8000;
/** Of levels, so that a room is known by its last three seconds. */
const ROOM_MS = 3000;

export interface Recording {
  readonly wav: Blob;
  readonly seconds: number;
  /** When its first sample was heard, by `performance.now()`. */
  readonly startedAt: number;
}

/** The microphone as plain samples: no codec comes between the voice and the server. */
export class Microphone {
  readonly context: AudioContext;
  private readonly tap: AudioWorkletNode;
  private readonly listeners = new Set<(block: Float32Array) => void>();
  private readonly room: { at: number; decibels: number }[] = [];
  private heard = performance.now();

  private constructor(context: AudioContext, tap: AudioWorkletNode) {
    this.context = context;
    this.tap = tap;
    tap.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      this.heard = performance.now();
      this.room.push({ at: this.heard, decibels: levelOf(data).decibels });
      while (this.heard - (this.room[0]?.at ?? this.heard) > ROOM_MS) this.room.shift();
      for (const listener of this.listeners) listener(data);
    };
  }

  static async open(stream: MediaStream): Promise<Microphone> {
    const context = new AudioContext();
    await context.audioWorklet.addModule(tapUrl);
    const tap = new AudioWorkletNode(context, 'tap', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    context.createMediaStreamSource(stream).connect(tap);
    // A context that may not start yet, or never will, is noticed by those who watch the devices.
    context.resume().catch(() => {});
    return new Microphone(context, tap);
  }

  /** When samples last came in, by `performance.now()`. */
  get heardAt(): number {
    return this.heard;
  }

  onLevel(listener: (level: Level) => void): () => void {
    return this.listen((block) => listener(levelOf(block)));
  }

  /**
   * Waits until somebody speaks, then records until nobody does any more, or for so many seconds. Throws a Problem `voice_too_quiet`,
   * `voice_too_loud` or `nothing_heard` that a second try can mend.
   */
  async record(options: { seconds: number; signal: AbortSignal; onSpeech?: () => void }): Promise<Recording> {
    const rate = this.context.sampleRate;
    const utterance = await this.listenTo(options);
    const samples = utterance.samples();
    const hint = loudnessHint(speechLevel(samples, rate));
    if (hint) throw problem(hint);
    const resampled = await resample(samples, rate);
    return {
      wav: new Blob([encodeWav(resampled)], { type: 'audio/wav' }),
      seconds: resampled.length / SAMPLE_RATE,
      startedAt: this.heard - utterance.milliseconds,
    };
  }

  close(): void {
    this.listeners.clear();
    this.tap.port.onmessage = null;
    void this.context.close();
  }

  private listenTo(options: {
    seconds: number;
    signal: AbortSignal;
    onSpeech?: () => void;
  }): Promise<Utterance> {
    const { seconds, signal, onSpeech } = options;
    signal.throwIfAborted();
    const threshold = speechThreshold(this.room.map(({ decibels }) => decibels));
    const utterance = new Utterance({ rate: this.context.sampleRate, seconds, threshold });
    return new Promise((resolve, reject) => {
      let speaking = false;
      const tooLong = setTimeout(() => end(() => reject(problem('nothing_heard'))), PATIENCE_MS);
      const stop = this.listen((block) => {
        const state = utterance.add(block);
        if (state === 'waiting') return;
        if (!speaking) onSpeech?.();
        speaking = true;
        clearTimeout(tooLong);
        if (state === 'over') end(() => resolve(utterance));
      });
      const leave = () => end(() => reject(signal.reason));
      signal.addEventListener('abort', leave);
      const end = (settle: () => void) => {
        stop();
        clearTimeout(tooLong);
        signal.removeEventListener('abort', leave);
        settle();
      };
    });
  }

  private listen(listener: (block: Float32Array) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function problem(code: string): Problem {
  return new Problem({ code, status: 0, message: code });
}

/** The browser's own resampler, low-pass included; a context at 16 kHz from the start fails in Firefox. */
async function resample(samples: Float32Array, rate: number): Promise<Float32Array> {
  if (rate === SAMPLE_RATE) return samples;
  const offline = new OfflineAudioContext(1, Math.floor((samples.length * SAMPLE_RATE) / rate), SAMPLE_RATE);
  const buffer = offline.createBuffer(1, samples.length, rate);
  buffer.copyToChannel(new Float32Array(samples), 0);
  const source = offline.createBufferSource();
  source.buffer = buffer;
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}
