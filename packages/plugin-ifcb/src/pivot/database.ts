import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail } from '@dataset-runner/core/plugin';
import { pivotFailures } from './failures.ts';
import type { Dialect } from './schema.ts';

/** A value that a statement takes or gives. */
export type SqlValue = string | number | null;

/** A database that is open; of one connection, so a transaction is all that is asked between its begin and its end. */
export interface Database extends AsyncDisposable {
  readonly dialect: Exclude<Dialect, 'tsql'>;
  /** Runs one statement, with `?` for each value. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly { readonly [column: string]: unknown }[]>;
}

/** Where a database is, without a password. */
export type Address =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres' | 'sqlserver'; readonly url: string };

/** Reads `sqlite:./pivot.db`, `postgres://user@host/name` and `sqlserver://user@host/name`. Throws `ifcb.pivot-address`. */
export function readAddress(text: string): Address {
  const [, path] = /^sqlite:(.+)$/.exec(text) ?? [];
  if (path !== undefined) return { kind: 'sqlite', path: resolve(path) };
  if (!/^(postgres(ql)?|sqlserver):\/\//.test(text) || !URL.canParse(text))
    throw pivotFailures['pivot-address']({ why: 'no address of a database' });
  if (new URL(text).password !== '')
    throw pivotFailures['pivot-address']({ why: 'the address of the database holds a password' });
  return { kind: text.startsWith('sqlserver') ? 'sqlserver' : 'postgres', url: text };
}

/** Opens a SQLite file, which is made when it is not there. Throws `ifcb.pivot-refused` for what is none. */
export async function openSqlite(path: string): Promise<Database> {
  const trouble = (error: unknown): Error => {
    const why = (error as Error).message;
    return pivotFailures[/locked|busy/.test(why) ? 'pivot-busy' : 'pivot-refused']({ database: path, why });
  };
  let database: DatabaseSync;
  try {
    await mkdir(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: 60_000 });
    database.exec('PRAGMA foreign_keys = ON');
  } catch (error) {
    throw trouble(error);
  }
  return {
    dialect: 'sqlite',
    async query(sql, values = []) {
      try {
        return database.prepare(sql).all(...values);
      } catch (error) {
        throw trouble(error);
      }
    },
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

/** Opens a PostgreSQL database. Throws `sdk.missing` without the package `pg`, `ifcb.pivot-busy` and `ifcb.pivot-refused`. */
export async function openPostgres(url: string, password: string | undefined): Promise<Database> {
  const { Client } = await importPg();
  const address = new URL(url);
  const { host, pathname } = address;
  // A password beside the address would be passed over.
  if (password !== undefined) address.password = encodeURIComponent(password);
  const client = new Client({ connectionString: address.href, connectionTimeoutMillis: 15_000 });
  const database = `postgres://${host}${pathname}`;
  // A connection that breaks while nobody asks; the next query says so.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    // Classes 28 and 3D: who asks, or which database, is wrong, and would be the next time.
    throw pivotFailures[/^(28|3D)/.test(code) ? 'pivot-refused' : 'pivot-busy']({ database, why: message || code });
  }
  return {
    dialect: 'postgres',
    async query(sql, values = []) {
      let place = 0;
      try {
        const { rows } = await client.query(
          sql.replaceAll('?', () => `$${++place}`),
          [...values],
        );
        return rows as { [column: string]: unknown }[];
      } catch (error) {
        const { code = '', message } = error as { readonly code?: string; readonly message: string };
        // Class 40: a deadlock or a serialization failure; 57 and 08: the server goes, or the line is cut.
        const isPassing = code === '' || /^(40|57|08|E)/.test(code);
        throw pivotFailures[isPassing ? 'pivot-busy' : 'pivot-refused']({ database, why: message });
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function importPg(): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !String(message).includes("'pg'")) throw error;
    throw fail('sdk.missing', { package: 'pg', install: 'npm install --save-dev pg@8' });
  }
}

/** Does what is asked whole or not at all. */
export async function inTransaction<T>(database: Database, work: () => Promise<T>): Promise<T> {
  await database.query(database.dialect === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  try {
    const result = await work();
    await database.query('COMMIT');
    return result;
  } catch (error) {
    // The first error is the one to know of; a connection that is gone has rolled back by itself.
    await database.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
