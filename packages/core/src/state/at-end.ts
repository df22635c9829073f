import type { DatabaseSync } from 'node:sqlite';

/** Work registered to run once when its run ends, however it ends. */
export interface AtEndRecord {
  readonly id: number;
  readonly run: number;
  readonly plugin: string;
  /** The module to import the plugin from. */
  readonly entry: string;
  readonly step: string;
  readonly item: unknown;
}

const isPending = "status NOT IN ('done', 'dropped')";

/** The register of at-end work; a record is on disk before `atEnd` returns. */
export class AtEndRegister {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(record: Omit<AtEndRecord, 'id'>): number {
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO at_end(run, plugin, entry, step, item, status, at) VALUES (?, ?, ?, ?, ?, 'pending', ?)")
      .run(record.run, record.plugin, record.entry, record.step, JSON.stringify(record.item), Date.now());
    // NORMAL durability would survive a kill but not a power cut, and a machine left running costs money.
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return Number(lastInsertRowid);
  }

  /** Notes that it is being done now. */
  begin(id: number): void {
    this.#db.prepare('UPDATE at_end SET status = ? WHERE id = ?').run(`begun ${this.deaths(id) + 1}`, id);
  }

  /** How often it was begun and neither done nor failed. */
  deaths(id: number): number {
    const raw = this.#db.prepare('SELECT status FROM at_end WHERE id = ?').get(id) as { status: string } | undefined;
    return Number(/^begun (\d+)$/.exec(raw?.status ?? '')?.[1] ?? 0);
  }

  /** Pending work of one run (or of every run), last registered first: what started last stops first. */
  pending(run?: number): AtEndRecord[] {
    const raws = this.#db
      .prepare(
        `SELECT id, run, plugin, entry, step, item FROM at_end WHERE ${isPending} ${run === undefined ? '' : 'AND run = ?'} ORDER BY id DESC`,
      )
      .all(...(run === undefined ? [] : [run])) as unknown as (Omit<AtEndRecord, 'item'> & { item: string })[];
    return raws.map((raw) => ({ ...raw, item: JSON.parse(raw.item) as unknown }));
  }

  isPending(id: number): boolean {
    return this.#db.prepare(`SELECT 1 FROM at_end WHERE id = ? AND ${isPending}`).get(id) !== undefined;
  }

  /** `failed` leaves it to the next run, `dropped` to nobody, also when a run was still at it. */
  end(id: number, how: 'done' | 'failed' | 'dropped'): void {
    this.#db
      .prepare(`UPDATE at_end SET status = ? WHERE id = ? AND ${isPending}`)
      .run(how === 'failed' ? 'pending' : how, id);
  }
}
