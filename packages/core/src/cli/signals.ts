import type { RunSignals } from '../engine/run-settings.ts';

/** What a process sends to be ended politely. */
const endings = ['SIGINT', 'SIGTERM'] as const;

/**
 * Turns signals into wishes: the first drains, the second stops, the third ends the process where it stands.
 * A closed terminal (SIGHUP) is one more wish to drain.
 *
 * Disposing gives the signals their usual meaning back.
 */
export class SignalHandling {
  readonly signals: RunSignals;
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  readonly #say: (how: 'drain' | 'now') => void;
  readonly #end: (code: number) => void;
  readonly #onSignal = (): void => this.next();
  // Shell and kernel both send it, some twice, for one terminal that went: it never counts further than the first.
  readonly #onHangUp = (): void => {
    if (!this.#drain.signal.aborted) this.next();
  };

  constructor(say: (how: 'drain' | 'now') => void, end: (code: number) => void = (code) => process.exit(code)) {
    this.signals = { drain: this.#drain.signal, stop: this.#stop.signal };
    this.#say = say;
    this.#end = end;
    for (const name of endings) process.on(name, this.#onSignal);
    process.on('SIGHUP', this.#onHangUp);
  }

  next(): void {
    if (!this.#drain.signal.aborted) {
      // Said before it is done: draining may take a while, and silence would look like a hang.
      this.#say('drain');
      this.#drain.abort();
    } else if (!this.#stop.signal.aborted) {
      this.#say('now');
      this.#stop.abort();
    } else {
      // What is committed is safe whenever we die.
      this.#end(130);
    }
  }

  [Symbol.dispose](): void {
    for (const name of endings) process.off(name, this.#onSignal);
    process.off('SIGHUP', this.#onHangUp);
  }
}
