import { type BigIntStats, type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import { alwaysIgnored, IgnoreRules } from '../formats/ignore.ts';

/** What a walk found: a file's path and the names by which the index knows that it has not changed. */
export interface Found {
  /** Posix, from the folder walked. */
  readonly relpath: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly mode: number;
}

/**
 * All files below a folder of the repository that DVC would see, in no order.
 *
 * Linked files are followed, linked folders are not, as DVC does. Throws `registry.link-broken`,
 * `registry.not-a-file`, `registry.name-not-utf8` and `registry.ignore-inside` where DVC would hang or lose files.
 */
export function walkFolder(
  repoRoot: string,
  folder: string,
  { ignoreFiles = 'refuse' }: { readonly ignoreFiles?: 'refuse' | 'pass' } = {},
): Found[] {
  const walker = new Walker(repoRoot, ignoreFiles);
  walker.rulesDownTo(folder);
  return walker.walk(folder);
}

/** Whether a `.dvcignore` above a path of the repository (posix, from the root) hides it, or a folder it lies in. */
export function isIgnored(repoRoot: string, path: string): boolean {
  return new Walker(repoRoot, 'pass').hides(path);
}

class Walker {
  readonly #root: string;
  readonly #refusesIgnoreFiles: boolean;
  readonly #rules = new IgnoreRules();
  readonly #found: Found[] = [];

  constructor(root: string, ignoreFiles: 'refuse' | 'pass') {
    this.#root = root;
    this.#refusesIgnoreFiles = ignoreFiles === 'refuse';
    this.#rules.add(alwaysIgnored, '');
  }

  /** Takes in every `.dvcignore` from the root to the folder (posix, from the root; '' is the root). */
  rulesDownTo(folder: string): void {
    const parts = folder === '' ? [] : folder.split('/');
    for (let depth = 0; depth < parts.length; depth += 1) this.#takeIgnore(parts.slice(0, depth).join('/'));
  }

  hides(path: string): boolean {
    const parts = path.split('/');
    return parts.some((_, at) => {
      this.#takeIgnore(parts.slice(0, at).join('/'));
      const part = parts.slice(0, at + 1).join('/');
      const stat = statOf(join(this.#root, part));
      return this.#rules.ignores(part, { folder: at < parts.length - 1 || stat?.isDirectory() === true });
    });
  }

  walk(folder: string): Found[] {
    this.#folder(folder, '');
    return this.#found;
  }

  #takeIgnore(folder: string): void {
    try {
      this.#rules.add(readFileSync(join(this.#root, folder, '.dvcignore'), 'utf8').split('\n'), folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  #folder(base: string, below: string): void {
    const inRepo = below === '' ? base : base === '' ? below : `${base}/${below}`;
    const path = join(this.#root, inRepo);
    // A repository of its own inside this one tracks its files itself.
    const entries = readdirSync(path, { withFileTypes: true });
    // What is no UTF-8 is read as this character; bytes instead of text throughout take five times as long.
    if (entries.some(({ name }) => name.includes('\ufffd'))) refuseOtherBytes(path);
    for (const entry of entries) this.#entry(base, below, path, entry);
  }

  #entry(base: string, below: string, path: string, entry: Dirent): void {
    const { name } = entry;
    const relpath = below === '' ? name : `${below}/${name}`;
    const inRepo = base === '' ? relpath : `${base}/${relpath}`;
    if (entry.isDirectory()) {
      if (this.#rules.ignores(inRepo, { folder: true }) || isRepo(`${path}/${name}`)) return;
      return this.#folder(base, relpath);
    }
    if (this.#rules.ignores(inRepo, { folder: false })) return;
    if (this.#refusesIgnoreFiles && name === '.dvcignore' && base !== '')
      throw registryFailures['ignore-inside']({ path: join(path, name) });
    this.#file(`${path}/${name}`, relpath, entry);
  }

  #file(path: string, relpath: string, entry: Dirent): void {
    const stat = statOf(path);
    if (stat === undefined) {
      // Gone since the folder was read, unless a link stands there that leads nowhere.
      if (entry.isSymbolicLink()) throw registryFailures['link-broken']({ path });
      return;
    }
    if (stat.isDirectory()) return;
    if (!stat.isFile()) {
      const kind = stat.isFIFO() ? 'FIFO' : stat.isSocket() ? 'socket' : 'device';
      throw registryFailures['not-a-file']({ path, kind });
    }
    const { size, mtimeNs, ctimeNs, ino, mode } = stat;
    this.#found.push({ relpath, size: Number(size), mtimeNs, ctimeNs, ino, mode: Number(mode) });
  }
}

/** What lies at a path, undefined where nothing does; a link in a circle leads nowhere too. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    return undefined;
  }
}

function refuseOtherBytes(folder: string): void {
  for (const name of readdirSync(folder, { encoding: 'buffer' }))
    if (!Buffer.from(name.toString('utf8')).equals(name))
      throw registryFailures['name-not-utf8']({ folder, name: JSON.stringify(name.toString('latin1')) });
}

function isRepo(folder: string): boolean {
  return statSync(join(folder, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true;
}
