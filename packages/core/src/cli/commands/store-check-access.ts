import { failureOf } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import { counted, took } from '../../report/units.ts';
import { failureTitle } from '../../report/wording.ts';
import { exitCodes } from '../exit-code.ts';
import { RunnerCommand } from '../runner-command.ts';

/** One thing that was tried. */
interface Probe {
  readonly what: string;
  /** `untold`: what it would have been tried on could not be made. */
  readonly state: 'ok' | 'denied' | 'failed' | 'cannot' | 'untold';
  readonly detail: string;
}

/** `runner store check-access`: tries each thing out with a small file of its own, and says what the store can do. */
export class StoreCheckAccessCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const store = await runner.store(line.arg('place'));
    const probes = await new Prober(store, this.context.world.now).all();
    const { can, guarantees } = store;
    if (line.has('json')) this.context.printJson({ place: store.place, probes, can, guarantees });
    else {
      const { out } = this.context;
      const signs = {
        ok: out.good(out.signs.ok),
        denied: out.bad(out.signs.bad),
        failed: out.bad(out.signs.bad),
        cannot: out.dim(out.signs.dot),
        untold: out.dim(out.signs.dot),
      };
      const abilities = Object.entries(can).filter(([, able]) => able);
      this.context.print([
        out.bold(store.place),
        ...probes.map(({ what, state, detail }) => `  ${signs[state]} ${what.padEnd(12)} ${detail}`),
        '',
        `  this kind of store can ${['read', ...abilities.map(([name]) => name)].join(', ')}`,
        `  ${guarantees.conditionalPut ? 'never replaces a file by accident' : 'two writers at once may replace each other'}`,
        `  ${guarantees.versions ? 'tells when a file has changed' : 'does not tell when a file of the same size has changed: use --compare checksum'}`,
      ]);
    }
    return probes.some(({ state }) => state === 'denied' || state === 'failed') ? exitCodes.environment : exitCodes.ok;
  }
}

/** Tries what a credential may do, each apart: one that is refused says nothing of the others. */
class Prober {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #key = `runner-check-${process.pid}-${Date.now()}.txt`;
  readonly #text = Buffer.from('This file was written by runner store check-access and may be removed.\n');
  readonly #probes: Probe[] = [];
  /** A file that is there anyway, for those who may read and not write. */
  #found: string | undefined;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async all(): Promise<readonly Probe[]> {
    const { can, guarantees } = this.#store;
    await this.#try('list', can.list, () => this.#list());
    const written = await this.#try('write', can.write, async () => {
      return `${(await this.#store.write(this.#key, this.#text)).size} bytes`;
    });
    const readable = written ? this.#key : this.#found;
    if (readable === undefined) this.#say('read', 'untold', 'there is no file to read');
    else await this.#try('read', true, () => this.#read(readable));
    if (written) {
      await this.#try('write if new', guarantees.conditionalPut, () => this.#writeIfNew());
      await this.#try('replace', true, async () => {
        return `${(await this.#store.write(this.#key, this.#text)).size} bytes`;
      });
      const removed = await this.#try('remove', can.remove, async () => {
        await this.#store.remove([this.#key]);
        return (await this.#store.stat(this.#key)) === undefined ? 'the file' : 'nothing, and said it did';
      });
      if (!removed) this.#say('left behind', 'failed', this.#key);
    } else
      for (const what of ['replace', 'remove']) this.#say(what, 'untold', 'there is no file of our own to try it on');
    return this.#probes;
  }

  async #try(what: string, able: boolean, work: () => Promise<string>): Promise<boolean> {
    if (!able) {
      this.#say(what, 'cannot', 'this kind of store cannot do it');
      return false;
    }
    const startedMs = this.#now();
    try {
      const detail = await work();
      this.#say(what, 'ok', `${detail} in ${took(this.#now() - startedMs)}`);
      return true;
    } catch (error) {
      const failure = failureOf(error);
      // Anything else is a bug of ours and must not pass for a bad store.
      if (failure === undefined) throw error;
      this.#say(what, failure.code === 'store.denied' ? 'denied' : 'failed', failureTitle(failure));
      return false;
    }
  }

  #say(what: string, state: Probe['state'], detail: string): void {
    this.#probes.push({ what, state, detail });
  }

  // One page is enough to know; a check of a full bucket must not list it whole.
  async #list(): Promise<string> {
    for await (const page of this.#store.list()) {
      this.#found = page[0]?.key;
      return `${counted(page.length, 'file')} on the first page`;
    }
    return 'no files';
  }

  async #read(key: string): Promise<string> {
    let size = 0;
    for await (const piece of await this.#store.read(key, { range: { start: 0, end: 1_000 } })) size += piece.length;
    return `${size} bytes`;
  }

  async #writeIfNew(): Promise<string> {
    try {
      await this.#store.write(this.#key, this.#text, { ifAbsent: true });
    } catch (error) {
      if (failureOf(error)?.code === 'store.conflict') return 'refused, as it must be: the file is there';
      throw error;
    }
    return 'replaced the file all the same';
  }
}
