import { fail } from '../../model/failure.ts';
import { counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';
import { splitFileUrl } from '../store-url.ts';

/** `runner store rm`: one file, or with --all everything below a place. */
export class StoreRmCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const url = line.arg('place');
    const removed = line.has('all') ? await this.#removeAll(url) : await this.#removeFile(url);
    this.context.print([`Removed ${counted(removed, 'file')}.`]);
    return 0;
  }

  async #removeFile(url: string): Promise<number> {
    const { place, key } = splitFileUrl(url);
    const runner = await this.context.runner();
    const store = await runner.store(place);
    if ((await store.stat(key)) === undefined) {
      throw fail('store.missing', { url, hint: 'A folder is removed with --all.' });
    }
    await store.remove([key]);
    return 1;
  }

  async #removeAll(url: string): Promise<number> {
    const runner = await this.context.runner();
    const store = await runner.store(url);
    // Listed to the end first: services may skip keys when pages are removed under a running listing.
    const keys: string[] = [];
    for await (const page of store.list()) keys.push(...page.map((entry) => entry.key));
    await store.remove(keys);
    return keys.length;
  }
}
