import { fail } from '@dataset-runner/core/plugin';
import { pivotFailures } from './failures.ts';
import { dataScript, literal, setUpScript } from './tsql.ts';
import type { PivotImage, PivotSet } from './pivot-set.ts';
import type { PivotCounts } from './fill.ts';

/**
 * Azure SQL through the package `tedious`, by the very scripts that `--scripts` writes. Nobody ran it against a SQL
 * Server: none was to be had.
 */
export interface SqlServer extends AsyncDisposable {
  setUp(set: PivotSet): Promise<void>;
  add(set: PivotSet, images: readonly PivotImage[]): Promise<void>;
  finish(set: PivotSet, options: { readonly testSize: number }): Promise<PivotCounts>;
}

/** Opens `sqlserver://user@host:1433/name`. Throws `sdk.missing`, `ifcb.pivot-busy` and `ifcb.pivot-refused`. */
export async function openSqlServer(url: string, password: string): Promise<SqlServer> {
  const { connect, Request } = await importTedious();
  const { hostname, port, pathname, username, host } = new URL(url);
  const database = `sqlserver://${host}${pathname}`;
  const trouble = (error: Error & { readonly code?: string }): Error =>
    pivotFailures[/^(ESOCKET|ETIMEOUT|ECONNCLOSED)$/.test(error.code ?? '') ? 'pivot-busy' : 'pivot-refused']({
      database,
      why: error.message,
    });
  const connection = await new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const opened = connect(
      {
        server: hostname,
        authentication: { type: 'default', options: { userName: decodeURIComponent(username), password } },
        options: {
          port: Number(port || 1433),
          database: decodeURIComponent(pathname.slice(1)),
          encrypt: true,
          connectTimeout: 15_000,
          rowCollectionOnRequestCompletion: true,
        },
      },
      (error) => (error === undefined || error === null ? resolve(opened) : reject(trouble(error))),
    );
    // A connection that breaks while nobody asks; the next batch says so.
    opened.on('error', () => {});
  });
  const ask = (sql: string): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      const done = (
        error: Error | null | undefined,
        _count?: number,
        rows?: readonly (readonly { readonly value: unknown }[])[],
      ): void => (error ? reject(trouble(error)) : resolve((rows ?? []).map(([cell]) => cell?.value)));
      connection.execSqlBatch(new Request(sql, done));
    });
  const runScript = async (script: string): Promise<void> => {
    for (const batch of script.split(/^GO$/m)) if (batch.trim() !== '') await ask(batch);
  };
  return {
    setUp: (set) => runScript(setUpScript(set)),
    add: (set, images) => runScript(dataScript(set, images)),
    async finish({ container, model }, { testSize }) {
      const count = async (of: string): Promise<number> => Number((await ask(`SELECT COUNT(*) FROM ${of}`))[0]);
      const inContainer = `i.container = ${literal(container)}`;
      const inSet = `dbo.metrics t JOIN dbo.images i ON i.i_id = t.i_id WHERE ${inContainer} AND t.m_id = 0 AND t.d_id = 0`;
      const missing = testSize - (await count(inSet));
      // The procedure chooses from all datasets; this one is to have its own share.
      if (missing > 0)
        await ask(
          `INSERT INTO dbo.metrics (i_id, m_id, d_id, d_value) SELECT TOP (${Math.trunc(missing)}) i.i_id, 0, 0, 1 FROM dbo.images i WHERE ${inContainer} AND NOT EXISTS (SELECT 1 FROM dbo.metrics o WHERE o.i_id = i.i_id AND o.m_id = 0 AND o.d_id = 0) ORDER BY NEWID()`,
        );
      const ofModel = (table: string): string =>
        `dbo.${table} t JOIN dbo.images i ON i.i_id = t.i_id JOIN dbo.models m ON m.m_id = t.m_id WHERE ${inContainer} AND m.model_name = ${literal(model)}`;
      return {
        images: await count(`dbo.images i WHERE ${inContainer}`),
        predictions: await count(ofModel('predictions')),
        metrics: await count(ofModel('metrics')),
        testSet: await count(inSet),
      };
    },
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}

async function importTedious(): Promise<typeof import('tedious')> {
  try {
    return await import('tedious');
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !String(message).includes("'tedious'")) throw error;
    throw fail('sdk.missing', { package: 'tedious', install: 'npm install --save-dev tedious@20' });
  }
}
