import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** Runs the example that makes a processed set, in an empty folder, into a remote of its own or a given one. */
export async function makeProcessedSet(
  folder: string,
  {
    remote,
    env = {},
  }: { readonly remote?: readonly string[]; readonly env?: { readonly [name: string]: string } } = {},
): Promise<string> {
  const script = resolve(import.meta.dirname, '../../../../examples/registry/processed-set.ts');
  const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions'));
  const words = [...conditions, script, folder, ...(remote ?? [])];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: { ...process.env, ...env } });
  return stdout;
}
