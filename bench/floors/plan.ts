// The least a plan can be: every item generated and put into canonical JSON, every row read once in its own order.
import { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '@dataset-runner/core/plugin';
import { benchItems } from '../fixtures/project/items.ts';
import { floorDone, floorInput } from '../support/floor.ts';

const { count, seed, state } = floorInput<{ count: number; seed: number; state?: string }>();
const startedMs = performance.now();
let bytes = 0;
for await (const item of benchItems(count, seed)) bytes += canonicalJson(item).length;
if (state !== undefined) {
  const db = new DatabaseSync(state, { readOnly: true });
  const page = db.prepare(
    'SELECT seq, key, item, version, uses, result, outputs FROM row WHERE seq > ? ORDER BY seq LIMIT 2000',
  );
  page.setReturnArrays(true);
  let read = 0;
  for (let after = 0; ; ) {
    const rows = page.all(after) as unknown as (readonly [number])[];
    const last = rows.at(-1);
    if (last === undefined) break;
    read += rows.length;
    [after] = last;
  }
  if (read < count * 0.99) throw new Error(`the state holds ${read} rows of ${count}`);
}
if (bytes < count * 80) throw new Error('the items are shorter than they should be');
floorDone(startedMs);
