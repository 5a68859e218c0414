import { Problem } from '../api/problem.ts';
import { type Level, levelOf, loudnessHint, speechLevel } from './levels.ts';
import tapUrl from './microphone-worklet.ts?worker&url';
import { encodeWav, SAMPLE_RATE } from './wav.ts';

const ONSET = -46;
const LEAD_IN_SECONDS = 0.3;
const PATIENCE_SECONDS = 8;
/** Who was silent for so long has said it all; between digits nobody waits as long. */
const END_SECONDS = 1.1;
const SHORTEST_SECONDS = 2;

export interface Recording {
  readonly wav: Blob;
  readonly seconds: number;
  /** When its first sample was heard, by `performance.now()`. */
  readonly startedAt: number;
}

/** The microphone as plain samples: no codec comes between the voice and the server. */
export class Microphone {
  private readonly context: AudioContext;
  private readonly tap: AudioWorkletNode;
  private readonly listeners = new Set<(block: Float32Array) => void>();

  private constructor(context: AudioContext, tap: AudioWorkletNode) {
    this.context = context;
    this.tap = tap;
    tap.port.onmessage = (event: MessageEvent<Float32Array>) => {
      for (const listener of this.listeners) listener(event.data);
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
    await context.resume();
    return new Microphone(context, tap);
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
    const { samples, startedAt } = await this.collect(options, rate);
    const hint = loudnessHint(speechLevel(samples, rate));
    if (hint) throw new Problem({ code: hint, status: 0, message: hint });
    const resampled = await resample(samples, rate);
    return {
      wav: new Blob([encodeWav(resampled)], { type: 'audio/wav' }),
      seconds: resampled.length / SAMPLE_RATE,
      startedAt,
    };
  }

  close(): void {
    this.listeners.clear();
    this.tap.port.onmessage = null;
    void this.context.close();
  }

  private collect(
    { seconds, signal, onSpeech }: { seconds: number; signal: AbortSignal; onSpeech?: () => void },
    rate: number,
  ): Promise<{ samples: Float32Array; startedAt: number }> {
    const wanted = Math.round(seconds * rate);
    return new Promise((resolve, reject) => {
      const blocks: Float32Array[] = [];
      let held = 0;
      let waited = 0;
      let speaking = false;
      let quiet = 0;
      const stop = this.listen((block) => {
        blocks.push(block);
        held += block.length;
        if (!speaking) {
          speaking = levelOf(block).decibels > ONSET;
          if (speaking) onSpeech?.();
          while (!speaking && held - (blocks[0]?.length ?? 0) > LEAD_IN_SECONDS * rate)
            held -= blocks.shift()?.length ?? 0;
          waited += block.length;
          if (!speaking && waited > PATIENCE_SECONDS * rate) {
            stop();
            reject(new Problem({ code: 'nothing_heard', status: 0, message: 'nothing heard' }));
          }
        }
        quiet = levelOf(block).decibels > ONSET ? 0 : quiet + block.length;
        const ended = quiet >= END_SECONDS * rate && held >= SHORTEST_SECONDS * rate;
        if (speaking && (held >= wanted || ended)) {
          stop();
          const startedAt = performance.now() - (held / rate) * 1000;
          resolve({ samples: join(blocks, Math.min(held, wanted)), startedAt });
        }
      });
      signal.addEventListener('abort', () => {
        stop();
        reject(signal.reason);
      });
    });
  }

  private listen(listener: (block: Float32Array) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function join(blocks: readonly Float32Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const block of blocks) {
    whole.set(block.subarray(0, length - at), at);
    at += Math.min(block.length, length - at);
  }
  return whole;
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
