import { fail } from '../../model/failure.ts';
import { shownKey } from '../../lib/shown-key.ts';
import { counted } from '../../report/units.ts';
import { keyProblem } from '../../storage/key.ts';
import { fileAtOrEmpty } from '../file-at.ts';
import type { ParsedLine } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';
import { splitFileUrl } from '../store-url.ts';

// The largest bulk that a service takes at once (S3).
const bulk = 1_000;

/** `runner store rm`: one file, or with --recursive everything below a place. */
export class StoreRmCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const url = line.arg('place');
    if (line.has('recursive')) await this.#removeAll(url, line);
    else await this.#removeFile(url, line);
    return 0;
  }

  #say(removed: number, line: ParsedLine): void {
    this.context.print([`${line.has('dry-run') ? 'Would remove' : 'Removed'} ${counted(removed, 'file')}.`]);
  }

  async #removeFile(url: string, line: ParsedLine): Promise<void> {
    const { place, key } = splitFileUrl(url);
    const runner = await this.context.runner();
    const store = await runner.store(place);
    if ((await store.stat(key)) === undefined) {
      throw fail('store.missing', { url, hint: 'A folder is removed with --recursive.' });
    }
    if (line.has('dry-run')) this.context.print([shownKey(key)]);
    else await store.remove([key]);
    this.#say(1, line);
  }

  async #removeAll(url: string, line: ParsedLine): Promise<void> {
    const runner = await this.context.runner();
    const store = await runner.store(url);
    // Listed to the end first: services may skip keys when pages are removed under a running listing.
    const keys: string[] = [];
    // `a//b` or `a/../b`: a request for it may reach another file, so these stay and do not keep the others.
    const odd: string[] = [];
    for await (const page of store.list())
      for (const { key } of page) (keyProblem(key) === undefined ? keys : odd).push(key);
    // As elsewhere, `rm -r` of a file is that of a folder with nothing but it.
    if (keys.length + odd.length === 0 && (await fileAtOrEmpty(url, (place) => runner.store(place))) !== undefined) {
      await this.#removeFile(url, line);
      return;
    }
    if (line.has('dry-run')) this.context.print(keys.map(shownKey));
    else for (let at = 0; at < keys.length; at += bulk) await store.remove(keys.slice(at, at + bulk));
    this.#say(keys.length, line);
    const [key] = odd;
    if (key === undefined) return;
    const hint = `${counted(odd.length, 'file')} with such names cannot be removed here; use the tools of the service.`;
    throw fail('store.key', { key, why: keyProblem(key) ?? '', hint });
  }
}
