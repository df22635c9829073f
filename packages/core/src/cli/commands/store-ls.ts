import type { Entry } from '../../model/driver.ts';
import { table } from '../../report/table.ts';
import { bytes, counted } from '../../report/units.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner store ls`: the files of a place, one level of folders or all. */
export class StoreLsCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const store = await runner.store(line.arg('place'));
    const all = line.has('all');
    const folders = new Map<string, { files: number; size: number }>();
    const files: Entry[] = [];
    for await (const page of store.list()) {
      // Printed page by page: a bucket of ten million files must not be held in memory.
      if (all) this.#printAll(page, line.has('json'));
      else for (const entry of page) sort(entry, folders, files);
    }
    if (!all) this.#printLevel(folders, files, line.has('json'));
    return 0;
  }

  #printAll(page: readonly Entry[], json: boolean): void {
    if (json) for (const entry of page) this.context.world.stdout.write(`${JSON.stringify(entry)}\n`);
    else this.context.print(page.map((entry) => `${bytes(entry.size).padStart(9)}  ${entry.key}`));
  }

  #printLevel(folders: Map<string, { files: number; size: number }>, files: readonly Entry[], json: boolean): void {
    if (json) {
      this.context.printJson({ folders: Object.fromEntries(folders), files });
      return;
    }
    const { layout, out } = this.context;
    const rows = [
      ...[...folders].map(([name, folder]) => [bytes(folder.size), `${name}/`, counted(folder.files, 'file')]),
      ...files.map((entry) => [
        bytes(entry.size),
        entry.key,
        entry.modifiedMs === undefined ? '' : new Date(entry.modifiedMs).toISOString().slice(0, 16).replace('T', ' '),
      ]),
    ];
    const total = files.length + [...folders.values()].reduce((sum, folder) => sum + folder.files, 0);
    this.context.print(
      table([{ align: 'right' }, { flexible: true, paint: out.name }, { paint: out.dim }], rows, layout),
    );
    this.context.print([out.dim(total === 0 ? 'There are no files.' : `${counted(total, 'file')} in all`)]);
  }
}

/** Puts a file in its place of the one level shown: itself, or its first folder. */
function sort(entry: Entry, folders: Map<string, { files: number; size: number }>, files: Entry[]): void {
  const slash = entry.key.indexOf('/');
  if (slash < 0) {
    files.push(entry);
    return;
  }
  const name = entry.key.slice(0, slash);
  const folder = folders.get(name) ?? { files: 0, size: 0 };
  folders.set(name, { files: folder.files + 1, size: folder.size + entry.size });
}
