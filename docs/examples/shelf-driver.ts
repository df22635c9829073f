import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import {
  type Bytes,
  defineDriver,
  definePlugin,
  type Driver,
  type Entry,
  StoreTrouble,
} from '@dataset-runner/core/plugin';

const layout = 'CREATE TABLE IF NOT EXISTS file(key TEXT PRIMARY KEY, bytes BLOB, version INTEGER)';

function openShelf(path: string): Driver {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; ${layout}`);
  const entry = (key: string): Entry | undefined => {
    const found = db.prepare('SELECT length(bytes) AS size, version FROM file WHERE key = ?').get(key);
    return found && { key, size: Number(found['size']), version: String(found['version']) };
  };
  return {
    stat: async (key) => entry(key),
    async read(key, range, signal) {
      const sql = 'SELECT substr(bytes, ? + 1, ?) AS bytes FROM file WHERE key = ?';
      const start = range?.start ?? 0;
      const found = db.prepare(sql).get(start, (range?.end ?? 2 ** 31) - start, key);
      if (found === undefined) throw new StoreTrouble('missing', `${key} is not on the shelf`);
      const bytes = (found['bytes'] ?? new Uint8Array()) as Uint8Array; // SQLite says null for an empty substr
      return Object.assign(pieces(bytes, signal), { announcedBytes: bytes.length });
    },
    async *list(prefix) {
      const sql = 'SELECT key FROM file WHERE substr(key, 1, length(?)) = ? ORDER BY key';
      const keys = db.prepare(sql).all(prefix, prefix);
      for (let from = 0; from < keys.length; from += 500)
        yield keys.slice(from, from + 500).flatMap(({ key }) => entry(String(key)) ?? []);
    },
    async write(key, body, { ifAbsent = false, signal }) {
      const bytes = await whole(body, signal); // all of it before the row is touched: the file is whole or absent
      const version = 'coalesce((SELECT max(version) FROM file), 0) + 1';
      const sql = `INSERT ${ifAbsent ? 'OR IGNORE' : 'OR REPLACE'} INTO file VALUES (?, ?, ${version})`;
      if (db.prepare(sql).run(key, bytes).changes === 0) throw new StoreTrouble('conflict', `${key} is there`);
      return entry(key) as Entry;
    },
    async remove(keys) {
      for (const key of keys) db.prepare('DELETE FROM file WHERE key = ?').run(key);
    },
    close: async () => db.close(),
  };
}

async function* pieces(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    signal?.throwIfAborted();
    yield bytes.subarray(at, at + 65_536);
  }
}

async function whole(body: Bytes, signal?: AbortSignal): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  signal?.throwIfAborted();
  return Buffer.concat(all);
}

export const shelf = defineDriver({
  schemes: ['shelf'],
  summary: 'Files in one SQLite database',
  examples: [{ url: 'shelf:///data/pictures.db', about: 'a database on this machine; made when it is missing' }],
  guarantees: { conditionalPut: true, versions: true },
  open: async ({ url }) => openShelf(fileURLToPath(url.href.replace(/^shelf:/, 'file:'))),
});

export default definePlugin({ name: 'shelf', api: 1, tasks: {}, stores: [shelf] });
