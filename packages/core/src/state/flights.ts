import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * What live runs have in hand: noted before work starts, so that whatever a killed run published without
 * recording it is known to be ours to overwrite, and an item that killed its process is found out.
 */
export class Flights {
  readonly #note: StatementSync;
  readonly #clear: StatementSync;
  readonly #ofLine: StatementSync;
  readonly #suspect: StatementSync;
  readonly #suspects: StatementSync;
  readonly #forgive: StatementSync;

  constructor(db: DatabaseSync) {
    this.#note = db.prepare('INSERT INTO flight(line, run, keys) VALUES (?, ?, ?)');
    this.#clear = db.prepare('DELETE FROM flight WHERE id = ?');
    this.#ofLine = db.prepare('SELECT id, run, keys FROM flight WHERE line = ?');
    this.#suspect = db.prepare(
      'INSERT INTO suspect(line, key, deaths) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET deaths = deaths + 1',
    );
    this.#suspects = db.prepare('SELECT key, deaths FROM suspect WHERE line = ?');
    this.#forgive = db.prepare('DELETE FROM suspect WHERE line = ? AND key = ?');
  }

  /** Notes a chunk as started; returns the id to clear it by. */
  note(line: number, run: number, keys: readonly string[]): number {
    return Number(this.#note.run(line, run, JSON.stringify(keys)).lastInsertRowid);
  }

  clear(id: number): void {
    this.#clear.run(id);
  }

  /**
   * Turns the flights a dead run left on a line into suspects, and returns all suspects with their deaths.
   *
   * Only the line's holder may call it: every flight found then belongs to a dead run.
   */
  inherit(line: number): Map<string, number> {
    for (const raw of this.#ofLine.all(line) as { id: number; keys: string }[]) {
      for (const key of JSON.parse(raw.keys) as string[]) this.#suspect.run(line, key);
      this.#clear.run(raw.id);
    }
    const suspects = new Map<string, number>();
    for (const raw of this.#suspects.all(line) as { key: string; deaths: number }[]) suspects.set(raw.key, raw.deaths);
    return suspects;
  }

  /** The item killed the process it had for itself: it stays isolated until it succeeds. */
  accuse(line: number, key: string): void {
    this.#suspect.run(line, key);
  }

  /** The item succeeded (or failed in an ordinary way): it is no suspect any more. */
  forgive(line: number, key: string): void {
    this.#forgive.run(line, key);
  }
}
