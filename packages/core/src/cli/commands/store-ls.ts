import type { Entry } from '../../model/driver.ts';
import { shownKey } from '../../lib/shown-key.ts';
import { table } from '../../report/table.ts';
import { bytes, count, counted } from '../../report/units.ts';
import { fileAtOrEmpty } from '../file-at.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner store ls`: the files of a place, one level of folders or all. */
export class StoreLsCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const runner = await this.context.runner();
    const store = await runner.store(line.arg('place'));
    const all = line.has('recursive');
    const long = line.has('long');
    const folders = new Map<string, { files: number; size: number }>();
    const files: Entry[] = [];
    let isEmpty = true;
    for await (const page of store.list()) {
      isEmpty = false;
      // Printed page by page: a bucket of ten million files must not be held in memory.
      if (all) this.#printAll(page, { json: line.has('json'), long });
      else for (const entry of page) sort(entry, folders, files);
    }
    const file = isEmpty ? await fileAtOrEmpty(line.arg('place'), (place) => runner.store(place)) : undefined;
    if (file !== undefined) {
      if (all) this.#printAll([file], { json: line.has('json'), long });
      else files.push(file);
    }
    if (!all) this.#printLevel(folders, files, { json: line.has('json'), long });
    return 0;
  }

  #printAll(page: readonly Entry[], { json, long }: Look): void {
    const text = (entry: Entry): string =>
      long
        ? `${String(entry.size).padStart(12)}  ${timeOf(entry).padEnd(16)}  ${shownKey(entry.key)}${entry.digest === undefined ? '' : `  ${entry.digest}`}`
        : `${bytes(entry.size).padStart(9)}  ${shownKey(entry.key)}`;
    // One write a page: a hundred thousand small ones take longer than the listing.
    this.context.print(page.map((entry) => (json ? JSON.stringify(entry) : text(entry))));
  }

  #printLevel(
    folders: Map<string, { files: number; size: number }>,
    files: readonly Entry[],
    { json, long }: Look,
  ): void {
    if (json) {
      this.context.printJson({ folders: Object.fromEntries(folders), files });
      return;
    }
    const { layout, out } = this.context;
    const rows = [
      ...[...folders].map(([name, folder]) => [
        bytes(folder.size),
        `${shownKey(name)}/`,
        counted(folder.files, 'file'),
      ]),
      ...files.map((entry) => [
        long ? count(entry.size) : bytes(entry.size),
        shownKey(entry.key),
        timeOf(entry),
        ...(long ? [entry.digest ?? ''] : []),
      ]),
    ];
    const total = files.length + [...folders.values()].reduce((sum, folder) => sum + folder.files, 0);
    this.context.print(
      table(
        [{ align: 'right' }, { flexible: true, paint: out.name }, { paint: out.dim }, ...(long ? [{}] : [])],
        rows.map((row) => (long && row.length === 3 ? [...row, ''] : row)),
        layout,
      ),
    );
    this.context.print([out.dim(total === 0 ? 'There are no files.' : `${counted(total, 'file')} in all`)]);
  }
}

interface Look {
  readonly json: boolean;
  readonly long: boolean;
}

function timeOf({ modifiedMs }: Entry): string {
  return modifiedMs === undefined ? '' : new Date(modifiedMs).toISOString().slice(0, 16).replace('T', ' ');
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
