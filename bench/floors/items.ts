// The least that working through items and remembering each can be: generate, compare as text, await, insert.
import { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '@dataset-runner/core/plugin';
import { benchItems } from '../fixtures/project/items.ts';
import { floorDone, floorInput } from '../support/floor.ts';

const { count, seed, file } = floorInput<{ count: number; seed: number; file: string }>();
const db = new DatabaseSync(file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
db.exec(
  'CREATE TABLE row(seq INTEGER PRIMARY KEY, line INTEGER, key TEXT, item TEXT, result TEXT, UNIQUE(line, key)) STRICT',
);
const insert = db.prepare('INSERT INTO row(line, key, item, result) VALUES (1, ?, ?, ?)');
const work = async (): Promise<null> => null;

const startedMs = performance.now();
db.exec('BEGIN');
let waiting = 0;
for await (const item of benchItems(count, seed)) {
  const result = await work();
  insert.run(item.key, canonicalJson(item), canonicalJson(result));
  if (++waiting < 1_000) continue;
  db.exec('COMMIT; BEGIN');
  waiting = 0;
}
db.exec('COMMIT');
floorDone(startedMs);
