import { fail } from '../../model/failure.ts';
import { counted } from '../../report/units.ts';
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
    const removed = line.has('recursive') ? await this.#removeAll(url, line) : await this.#removeFile(url, line);
    this.context.print([`${line.has('dry-run') ? 'Would remove' : 'Removed'} ${counted(removed, 'file')}.`]);
    return 0;
  }

  async #removeFile(url: string, line: ParsedLine): Promise<number> {
    const { place, key } = splitFileUrl(url);
    const runner = await this.context.runner();
    const store = await runner.store(place);
    if ((await store.stat(key)) === undefined) {
      throw fail('store.missing', { url, hint: 'A folder is removed with --recursive.' });
    }
    if (line.has('dry-run')) this.context.print([key]);
    else await store.remove([key]);
    return 1;
  }

  async #removeAll(url: string, line: ParsedLine): Promise<number> {
    const runner = await this.context.runner();
    const store = await runner.store(url);
    // Listed to the end first: services may skip keys when pages are removed under a running listing.
    const keys: string[] = [];
    for await (const page of store.list()) keys.push(...page.map((entry) => entry.key));
    if (line.has('dry-run')) this.context.print(keys);
    else for (let at = 0; at < keys.length; at += bulk) await store.remove(keys.slice(at, at + bulk));
    return keys.length;
  }
}
