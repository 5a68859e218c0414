/** Some browsers never tell that they have finished speaking; nobody is kept waiting for longer than this. */
const LONGEST_MS = 12_000;
/** Until the last word has left the room. */
const ECHO_MS = 250;
/** A hint is not repeated, and not followed by another, sooner than one can act on it. */
const HINT_EVERY_MS = 4000;

/** Says aloud what the page asks for. Those who record wait until it is silent. */
export class SpokenGuide {
  private readonly language: () => string;
  private hintedAt = 0;
  private speaking: Promise<void> | null = null;
  enabled: boolean;

  constructor(enabled: boolean, language: () => string) {
    this.enabled = enabled && 'speechSynthesis' in window;
    this.language = language;
  }

  /** Resolves when it has been said, or at once where nothing is to be said aloud. What was being said is broken off. */
  say(text: string): Promise<void> {
    if (!this.enabled) return Promise.resolve();
    speechSynthesis.cancel();
    const speaking = new Promise<void>((done) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = this.language();
      const tooLong = setTimeout(done, LONGEST_MS);
      const over = () => {
        clearTimeout(tooLong);
        setTimeout(done, ECHO_MS);
      };
      utterance.onend = over;
      utterance.onerror = over;
      speechSynthesis.speak(utterance);
    });
    this.speaking = speaking;
    return speaking.then(() => {
      if (this.speaking === speaking) this.speaking = null;
    });
  }

  /** What would help, where nothing more important is being said. */
  hint(text: string): void {
    const now = performance.now();
    if (!this.enabled || this.speaking || now - this.hintedAt < HINT_EVERY_MS) return;
    this.hintedAt = now;
    void this.say(text);
  }

  stop(): void {
    if ('speechSynthesis' in window) speechSynthesis.cancel();
    this.speaking = null;
  }
}
