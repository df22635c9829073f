import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Bare Node, one thread: reads, hashes and writes each file under its md5, read-only, by rename. */
export function bareAdd(from: string, cache: string): number {
  const paths = filesIn(from);
  return timed(() => {
    for (let n = 0; n < 256; n += 1) mkdirSync(join(cache, n.toString(16).padStart(2, '0')), { recursive: true });
    for (const path of paths) {
      const bytes = readFileSync(path);
      const md5 = createHash('md5').update(bytes).digest('hex');
      const target = join(cache, md5.slice(0, 2), md5.slice(2));
      writeFileSync(`${target}.tmp`, bytes, { mode: 0o444 });
      renameSync(`${target}.tmp`, target);
    }
  });
}

/** Bare Node: walks, looks at each file, and reads as many rows from SQLite. */
export function bareLook(folder: string): number {
  const file = `${folder}.floor.db`;
  const index = new DatabaseSync(file);
  index.exec(
    'CREATE TABLE file(path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, ino INTEGER, md5 TEXT)',
  );
  const insert = index.prepare('INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)');
  index.exec('BEGIN');
  for (const path of filesIn(folder)) insert.run(path, 1, 2n ** 60n, 2n ** 60n, 5, 'd41d8cd98f00b204e9800998ecf8427e');
  index.exec('COMMIT');
  const ms = timed(() => {
    const known = new Map(
      index
        .prepare('SELECT path, md5 FROM file')
        .all()
        .map((row) => [row['path'], row['md5']]),
    );
    for (const path of filesIn(folder))
      if (!known.has(path) || lstatSync(path, { bigint: true }).size < 0n) throw new Error(path);
  });
  index.close();
  rmSync(file);
  return ms;
}

/** Bare Node: the names of what lies on both sides, compared. */
export function barePush(cache: string, remote: string): number {
  return timed(() => {
    const far = new Set(readdirSync(remote, { recursive: true, encoding: 'utf8' }));
    for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' })) far.has(name);
  });
}

/** Bare Node, one thread: copies every object to a place of its own, by rename. */
export function bareCheckout(cache: string, to: string): number {
  const objects = filesIn(cache);
  return timed(() => {
    for (const [at, object] of objects.entries()) {
      const target = join(to, String(at % 100), `${at}.bin`);
      if (at < 100) mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.tmp`, readFileSync(object));
      renameSync(`${target}.tmp`, target);
    }
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function timed(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
