import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { shortDigest } from '../lib/digest.ts';

/** One recorded item of a line. */
export interface StoredRow {
  readonly seq: number;
  readonly key: string;
  /** Canonical JSON of the item, or `#` and a digest when it is long. */
  readonly item: string;
  readonly version: number;
  /** Canonical JSON of the uses, or `#` and a digest. */
  readonly uses: string;
  /** JSON. */
  readonly result: string;
  readonly outputs: readonly StoredOutput[];
  /** Digests of the files `work` read, by URL, as they were then. */
  readonly sources: { readonly [url: string]: string } | undefined;
  readonly run: number;
}

/** A recorded output: key in the place, bytes, version after publishing, digest, and what it is. */
export type StoredOutput = readonly [key: string, size: number, version: string, digest: string, kind: OutputKind];

/** What an output is; `released` ones were freed by `clean` while their rows stay done. */
export type OutputKind = 'file' | 'folder' | 'released' | 'released-folder';

export function isReleased(kind: OutputKind): boolean {
  return kind === 'released' || kind === 'released-folder';
}

/** A row about to be written; `seq` 0 means there is none of this key yet. */
export interface RowWrite {
  readonly seq: number;
  readonly line: number;
  readonly key: string;
  readonly item: string;
  readonly version: number;
  readonly uses: string;
  readonly result: string;
  readonly outputs: readonly StoredOutput[];
  readonly sources: { readonly [url: string]: string } | undefined;
  readonly run: number;
}

type RawRow = [number, string, string, number, string, string, string | null, string | null, number];

const columns = 'seq, key, item, version, uses, result, outputs, sources, run';

// A generator's sub-rows are keyed `<item>\u001f<key>`; U+001F cannot occur in a key, so the range is exact.
export const subKeySeparator = '\u001f';

/** Says why a row could not be found again by this key; nothing when it could. */
export function itemKeyProblem(key: string): string | undefined {
  if (key === '') return 'it is not a text, or it is empty';
  // U+001F separates a generator's sub-keys; lone surrogates cannot be found again in the state.
  if (key.includes(subKeySeparator) || !key.isWellFormed()) return 'it holds a control character or broken Unicode';
  return undefined;
}

/** Reads and writes rows; all statements are prepared once. */
export class Rows {
  readonly #byKeys: StatementSync;
  readonly #bySeqs: StatementSync;
  readonly #resultsBySeqs: StatementSync;
  readonly #children: StatementSync;
  readonly #childIds: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;
  readonly #count: StatementSync;
  readonly #page: StatementSync;

  constructor(db: DatabaseSync, access: 'read' | 'write' = 'write') {
    const arrays = (sql: string): StatementSync => {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#byKeys = arrays(`SELECT ${columns} FROM row WHERE line = ? AND key IN (SELECT value FROM json_each(?))`);
    this.#bySeqs = arrays(`SELECT ${columns} FROM row WHERE seq IN (SELECT value FROM json_each(?))`);
    this.#resultsBySeqs = arrays('SELECT seq, key, result FROM row WHERE seq IN (SELECT value FROM json_each(?))');
    this.#children = arrays(`SELECT ${columns} FROM row WHERE line = ? AND key > ? AND key < ? ORDER BY key`);
    this.#childIds = arrays('SELECT seq, key FROM row WHERE line = ? AND key > ? AND key < ? ORDER BY key');
    this.#count = arrays('SELECT count(*) FROM row WHERE line = ?');
    this.#page = arrays(`SELECT ${columns} FROM row WHERE line = ? AND seq > ? ORDER BY seq LIMIT 2000`);
    const forWrite = (sql: string): StatementSync => db.prepare(access === 'write' ? sql : 'SELECT 1');
    this.#insert = forWrite(
      'INSERT INTO row(line, key, item, version, uses, result, outputs, sources, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#update = forWrite(
      'UPDATE row SET item = ?, version = ?, uses = ?, result = ?, outputs = ?, sources = ?, run = ? WHERE seq = ?',
    );
    this.#remove = forWrite('DELETE FROM row WHERE seq = ?');
  }

  /** Looks up many keys of a line at once; best with about 512. Missing keys are not in the map. */
  find(line: number, keys: readonly string[]): Map<string, StoredRow> {
    const found = new Map<string, StoredRow>();
    for (const raw of this.#byKeys.all(line, JSON.stringify(keys)) as unknown as RawRow[])
      found.set(raw[1], readRow(raw));
    return found;
  }

  /** Rows by id, in the order asked; ids that are gone are left out. */
  bySeq(seqs: readonly number[]): StoredRow[] {
    const found = new Map<number, StoredRow>();
    for (const raw of this.#bySeqs.all(JSON.stringify(seqs)) as unknown as RawRow[]) found.set(raw[0], readRow(raw));
    return seqs.flatMap((seq) => found.get(seq) ?? []);
  }

  /** What rows say, by id, in the order asked: an item's list of outputs may be far longer, and nobody looks at it. */
  resultsBySeq(seqs: readonly number[]): Pick<StoredRow, 'key' | 'result'>[] {
    const found = new Map<number, Pick<StoredRow, 'key' | 'result'>>();
    for (const raw of this.#resultsBySeqs.all(JSON.stringify(seqs)) as unknown as [number, string, string][])
      found.set(raw[0], { key: raw[1], result: raw[2] });
    return seqs.flatMap((seq) => found.get(seq) ?? []);
  }

  /** The rows a generator committed under one item, ordered by key. */
  children(line: number, key: string): StoredRow[] {
    return (this.#children.all(line, key + subKeySeparator, `${key}\u0020`) as unknown as RawRow[]).map(readRow);
  }

  /** Their ids and keys alone, one by one: an archive has a hundred thousand of them. */
  *childIds(line: number, key: string): Generator<{ readonly seq: number; readonly key: string }> {
    const found = this.#childIds.iterate(line, key + subKeySeparator, `${key}\u0020`);
    for (const [seq, child] of found as unknown as Iterable<[number, string]>) yield { seq, key: child };
  }

  count(line: number): number {
    return Number((this.#count.get(line) as unknown as [number])[0]);
  }

  /** Every row of a line, by id, read page by page so that writes may happen in between. */
  *each(line: number): Generator<StoredRow> {
    let after = 0;
    for (;;) {
      const page = this.#page.all(line, after) as unknown as RawRow[];
      for (const raw of page) yield readRow(raw);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last[0];
    }
  }

  /** Writes one row inside the caller's transaction and returns its id. */
  write(row: RowWrite): number {
    const outputs = row.outputs.length === 0 ? null : JSON.stringify(row.outputs);
    const sources = row.sources === undefined ? null : JSON.stringify(row.sources);
    if (row.seq !== 0) {
      this.#update.run(row.item, row.version, row.uses, row.result, outputs, sources, row.run, row.seq);
      return row.seq;
    }
    const { lastInsertRowid } = this.#insert.run(
      row.line,
      row.key,
      row.item,
      row.version,
      row.uses,
      row.result,
      outputs,
      sources,
      row.run,
    );
    return Number(lastInsertRowid);
  }

  remove(seq: number): void {
    this.#remove.run(seq);
  }
}

function readRow(raw: RawRow): StoredRow {
  const [seq, key, item, version, uses, result, outputs, sources, run] = raw;
  return {
    seq,
    key,
    item,
    version,
    uses,
    result,
    outputs: outputs === null ? noOutputs : (JSON.parse(outputs) as StoredOutput[]),
    sources: sources === null ? undefined : (JSON.parse(sources) as { [url: string]: string }),
    run,
  };
}

const noOutputs: readonly StoredOutput[] = [];

// Longest text kept as it is. Comparing it is cheaper than hashing, and `why` can show what changed.
const shortText = 256;
// Items naming files without a digest are kept longer: their versions may have to be compared one by one.
const shortTextWithFiles = 4096;

/** The text a row stores (and compares) for a canonical JSON. */
export function comparable(json: string): string {
  if (json.length <= shortText) return json;
  if (json.length <= shortTextWithFiles && json.includes('"$type":"file"')) return json;
  return `#${shortDigest(json)}`;
}
