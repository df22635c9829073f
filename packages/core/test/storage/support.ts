import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../src/model/driver.ts';
import { failureOf, type Failure } from '../../src/model/failure.ts';

/** A folder of one test, gone when disposed. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'runner-storage-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function entriesOf(pages: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of pages) entries.push(...page);
  return entries;
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** The failure a call ends with; undefined when it succeeds or throws something else. */
export async function failureFrom(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work();
  } catch (error) {
    return failureOf(error);
  }
  return undefined;
}
