import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { skip } from '../../../../test/support/skip.ts';

/** One file of golden vectors that DVC itself made; without the test data the test is skipped and says so. */
export function vectors(ctx: Context, name: string): string {
  return readFileSync(join(dvcData(ctx), 'vectors', `${name}.json`), 'utf8');
}

/** The folder of vectors and of real repositories' files. */
export function dvcData(ctx: Context): string {
  const folder = process.env['RUNNER_TEST_DATA'];
  if (folder === undefined) return skip(ctx, 'RUNNER_TEST_DATA is not set');
  return join(folder, 'dvc');
}
