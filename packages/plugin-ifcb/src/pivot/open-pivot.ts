import { type Address, type Database, openPostgres, openSqlite } from './database.ts';
import { addImages, finish, type PivotCounts, setUp } from './fill.ts';
import type { PivotImage, PivotSet } from './pivot-set.ts';
import { openSqlServer } from './sql-server.ts';

/** A database of PIVOT, whatever its kind. */
export interface Pivot extends AsyncDisposable {
  /** Makes what is not there yet. */
  setUp(set: PivotSet): Promise<void>;
  /** Adds images that are not there yet, all of them or none. */
  add(set: PivotSet, images: readonly PivotImage[]): Promise<void>;
  /** Fills the test set up to a size, and counts. */
  finish(set: PivotSet, options: { readonly testSize: number }): Promise<PivotCounts>;
}

/** Opens a database; `password` is asked for where there is one. */
export async function openPivot(address: Address, password: () => string | undefined): Promise<Pivot> {
  if (address.kind === 'sqlserver') return openSqlServer(address.url, password() ?? '');
  return pivotOf(await (address.kind === 'sqlite' ? openSqlite(address.path) : openPostgres(address.url, password())));
}

function pivotOf(database: Database): Pivot {
  return {
    setUp: (set) => setUp(database, set),
    add: (set, images) => addImages(database, set, images),
    finish: (set, options) => finish(database, set, options),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
