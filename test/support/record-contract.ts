// Keeps what came of a contract on a real server; `npm run docs` makes the table of docs/stores.md from it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractResult } from '@dataset-runner/core/testing';

const folder = join(import.meta.dirname, '../../docs/generated/contracts');

/** For `onResult` of a contract: writes the result down when RUNNER_UPDATE_STORES=1. `server` is a name with its version. */
export function recordContract(driver: string, server: string): (result: ContractResult) => void {
  return ({ passed, failed, notApplicable }) => {
    if (process.env['RUNNER_UPDATE_STORES'] !== '1') return;
    mkdirSync(folder, { recursive: true });
    const file = `${driver}-${server.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`;
    const record = { driver, server, passed, failed, notApplicable };
    writeFileSync(join(folder, file), `${JSON.stringify(record, undefined, 2)}\n`);
  };
}
