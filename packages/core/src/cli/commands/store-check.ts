import { failureOf } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import { took } from '../../report/units.ts';
import { failureTitle } from '../../report/wording.ts';
import { RunnerCommand } from '../runner-command.ts';

/** One thing that was tried. */
interface Probe {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `runner store check`: tries a place out with a small file of its own, and says what the store can do. */
export class StoreCheckCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const store = await runner.store(line.arg('place'));
    const probes = await probe(store, this.context.world.now);
    const { can, guarantees } = store;
    if (line.has('json')) this.context.printJson({ place: store.place, probes, can, guarantees });
    else {
      const { out } = this.context;
      const abilities = Object.entries(can).filter(([, able]) => able);
      this.context.print([
        out.bold(store.place),
        ...probes.map(
          (one) => `  ${one.ok ? out.good(out.signs.ok) : out.bad(out.signs.bad)} ${one.what.padEnd(7)} ${one.detail}`,
        ),
        '',
        `  can ${['read', ...abilities.map(([name]) => name)].join(', ')}`,
        `  ${guarantees.conditionalPut ? 'never replaces a file by accident' : 'two writers at once may replace each other'}`,
        `  ${guarantees.versions ? 'tells when a file has changed' : 'does not tell when a file of the same size has changed: use --verify'}`,
      ]);
    }
    return probes.every((one) => one.ok) ? 0 : 3;
  }
}

/** Each probe that can be made, in the order write, read, list, remove; one that fails does not end the others. */
async function probe(store: Store, now: () => number): Promise<Probe[]> {
  const key = `runner-check-${process.pid}-${Date.now()}.txt`;
  const text = 'This file was written by runner store check and may be removed.\n';
  const probes: Probe[] = [];
  const attempt = async (what: string, work: () => Promise<string>): Promise<boolean> => {
    const startedMs = now();
    try {
      const detail = await work();
      probes.push({ what, ok: true, detail: `${detail} in ${took(now() - startedMs)}` });
      return true;
    } catch (error) {
      const failure = failureOf(error);
      // Anything else is a bug of ours and must not pass for a bad store.
      if (failure === undefined) throw error;
      probes.push({ what, ok: false, detail: failureTitle(failure) });
      return false;
    }
  };
  const written =
    store.can.write &&
    (await attempt('write', async () => `${(await store.write(key, Buffer.from(text))).size} bytes`));
  if (written) {
    await attempt('read', async () => {
      let size = 0;
      for await (const piece of await store.read(key)) size += piece.length;
      return `${size} bytes`;
    });
  }
  if (store.can.list) await attempt('list', () => countPage(store));
  if (written && store.can.remove) await attempt('remove', async () => (await store.remove([key]), 'the file'));
  return probes;
}

// One page is enough to know; a check of a full bucket must not list it whole.
async function countPage(store: Store): Promise<string> {
  for await (const page of store.list()) return `${page.length} files on the first page`;
  return 'no files';
}
