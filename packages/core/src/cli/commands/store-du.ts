import { shownKey } from '../../lib/shown-key.ts';
import { table } from '../../report/table.ts';
import { bytes, counted } from '../../report/units.ts';
import { fileAtOrEmpty } from '../file-at.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner store du`: files and bytes of a place, folder by folder. */
export class StoreDuCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const depth = line.positive('depth') ?? 1;
    const runner = await this.context.runner();
    const store = await runner.store(line.arg('place'));
    // The whole place under '', folders with a slash at their end.
    const sums = new Map<string, { files: number; sizeBytes: number }>();
    for await (const page of store.list()) {
      for (const { key, size } of page) {
        for (const folder of foldersOf(key, depth)) {
          const sum = sums.get(folder) ?? { files: 0, sizeBytes: 0 };
          sum.files++;
          sum.sizeBytes += size;
          sums.set(folder, sum);
        }
      }
    }
    const file = sums.size === 0 ? await fileAtOrEmpty(line.arg('place'), (place) => runner.store(place)) : undefined;
    const total = sums.get('') ?? { files: file === undefined ? 0 : 1, sizeBytes: file?.size ?? 0 };
    sums.delete('');
    const folders = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (line.has('json')) {
      this.context.printJson({ place: store.place, ...total, folders: Object.fromEntries(folders) });
      return 0;
    }
    const { layout, out } = this.context;
    const rows = [...folders, ['', total] as const].map(([name, sum]) => [
      bytes(sum.sizeBytes),
      counted(sum.files, 'file'),
      name === '' ? 'in all' : shownKey(name),
    ]);
    this.context.print(
      table(
        [{ align: 'right' }, { align: 'right', paint: out.dim }, { flexible: true, paint: out.name }],
        rows,
        layout,
      ),
    );
    return 0;
  }
}

function* foldersOf(key: string, depth: number): Generator<string> {
  yield '';
  let slash = key.indexOf('/');
  for (let level = 0; level < depth && slash >= 0; level++) {
    yield key.slice(0, slash + 1);
    slash = key.indexOf('/', slash + 1);
  }
}
