import type { Entry } from '../../packages/core/src/model/driver.ts';
import { failureOf, type Failure } from '../../packages/core/src/model/failure.ts';

export async function failureFrom(work: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work();
  } catch (error) {
    return failureOf(error);
  }
  return undefined;
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
