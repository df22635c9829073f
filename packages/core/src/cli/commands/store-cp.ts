import { fail } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import { joinPlace } from '../../model/file-ref.ts';
import { bytes, counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';
import { splitFileUrl } from '../store-url.ts';

/** `runner store cp`: one file, or a folder with all below it; files that are there with the same bytes are left. */
export class StoreCpCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const [from, to] = [line.arg('from'), line.arg('to')];
    const overwrite = line.has('overwrite');
    const copied = (await this.#copyFile(from, to, overwrite)) ?? (await this.#copyFolder(from, to, overwrite));
    if (copied.files === 0) throw fail('store.missing', { url: from });
    this.context.print([`Copied ${counted(copied.files, 'file')}, ${bytes(copied.sizeBytes)}, to ${to}`]);
    return 0;
  }

  async #copyFile(from: string, to: string, overwrite: boolean): Promise<Copied | undefined> {
    // A whole store is never one file, and splitting its URL would fail.
    if (/^[a-z0-9-]{2,}:$/i.test(from) || /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?$/i.test(from) || /^\.{1,2}\/?$/.test(from))
      return undefined;
    const runner = await this.context.runner();
    const source = splitFileUrl(from);
    const store = await runner.store(source.place);
    const entry = await store.stat(source.key);
    if (entry === undefined) return undefined;
    // As with cp: a target that ends in a slash or a colon is a folder to put the file into.
    const target = splitFileUrl(/[:/]$/.test(to) ? joinPlace(to, source.key) : to);
    const size = await copyOne(store, source.key, await runner.store(target.place), target.key, overwrite);
    return { files: 1, sizeBytes: size };
  }

  async #copyFolder(from: string, to: string, overwrite: boolean): Promise<Copied> {
    const runner = await this.context.runner();
    const [source, target] = [await runner.store(from), await runner.store(to)];
    const copied = { files: 0, sizeBytes: 0 };
    for await (const page of source.list()) {
      for (const entry of page) {
        copied.sizeBytes += await copyOne(source, entry.key, target, entry.key, overwrite);
        copied.files++;
      }
    }
    return copied;
  }
}

/** What was copied so far. */
interface Copied {
  readonly files: number;
  readonly sizeBytes: number;
}

/** Streams one file through this machine; without `overwrite` a file that is there fails as store.conflict. */
async function copyOne(from: Store, key: string, to: Store, newKey: string, overwrite: boolean): Promise<number> {
  const entry = await from.stat(key);
  const size = entry?.size;
  // Where the service cannot write "only if absent" at once, looking first is the best there is.
  const atomic = to.guarantees.conditionalPut;
  if (!overwrite && !atomic && (await to.stat(newKey)) !== undefined) {
    throw fail('store.conflict', { url: joinPlace(to.place, newKey) });
  }
  const written = await to.write(newKey, await from.read(key), {
    ...(size === undefined ? {} : { size }),
    ifAbsent: !overwrite && atomic,
  });
  return written.size;
}
