import type { DatabaseSync } from 'node:sqlite';
import type { ResultsReader, Row } from '../../model/result.ts';
import { Rows, type StoredRow, subKeySeparator } from '../../state/rows.ts';
import { openStateReader } from '../../state/schema.ts';

/** How a Results travels to a worker: which rows it holds, in item order. The buffer is shared, not copied. */
export interface ResultsStub {
  readonly $type: 'runner.reader';
  readonly line: number;
  readonly digest: string;
  readonly count: number;
  /** Row ids as int32. */
  readonly seqs: SharedArrayBuffer;
}

/** One read-only view of the state per thread, opened when a step first reads Results. */
export class ReaderSource {
  readonly #path: string;
  #db: DatabaseSync | undefined;
  #rows: Rows | undefined;

  constructor(statePath: string) {
    this.#path = statePath;
  }

  /** Replaces every stub inside an item or uses by a reader. */
  revive(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if ((value as { $type?: unknown }).$type === 'runner.reader') return this.#reader(value as ResultsStub);
    // Only plain objects can hold a Results; arrays of a million refs need not be walked.
    if (Array.isArray(value)) return value;
    let copy: Record<string, unknown> | undefined;
    for (const [key, before] of Object.entries(value)) {
      const after = this.revive(before);
      if (after !== before) (copy ??= { ...value })[key] = after;
    }
    return copy ?? value;
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
    this.#rows = undefined;
  }

  #reader(stub: ResultsStub): ResultsReader<unknown> {
    this.#db ??= openStateReader(this.#path);
    this.#rows ??= new Rows(this.#db, 'read');
    return new RowsReader(this.#rows, stub);
  }
}

const pageSize = 512;

class RowsReader implements ResultsReader<unknown> {
  readonly count: number;
  readonly #rows: Rows;
  readonly #line: number;
  readonly #seqs: Int32Array;
  #members: Set<number> | undefined;

  constructor(rows: Rows, stub: ResultsStub) {
    this.#rows = rows;
    this.#line = stub.line;
    this.#seqs = new Int32Array(stub.seqs);
    this.count = this.#seqs.length;
  }

  get(key: string): unknown {
    // The line may hold rows of earlier runs that are not part of this Results.
    this.#members ??= new Set(this.#seqs);
    const row = this.#find(key);
    return row !== undefined && this.#members.has(row.seq) ? JSON.parse(row.result) : undefined;
  }

  // A generator's rows are read as `item/key`; which slash it is cannot be seen, so each is tried.
  #find(key: string): StoredRow | undefined {
    const stored = [key];
    for (let at = key.indexOf('/'); at !== -1; at = key.indexOf('/', at + 1)) {
      stored.push(key.slice(0, at) + subKeySeparator + key.slice(at + 1));
    }
    const found = this.#rows.find(this.#line, stored);
    return stored.map((candidate) => found.get(candidate)).find((row) => row !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Row<unknown>> {
    for (let from = 0; from < this.#seqs.length; from += pageSize) {
      for (const row of this.#rows.resultsBySeq([...this.#seqs.subarray(from, from + pageSize)])) yield asRow(row);
    }
  }
}

function asRow(row: Pick<StoredRow, 'key' | 'result'>): Row<unknown> {
  return { key: row.key.replace(subKeySeparator, '/'), result: JSON.parse(row.result) as unknown };
}
