import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Entry } from '../../model/driver.ts';
import type { Failure } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import { failureFrom } from '../failure-from.ts';

/** A store under test, empty and not shared with another case. */
export interface OpenedForContract {
  readonly store: Store;
  /** Puts files there behind the store's back; read-only kinds have no other way. */
  readonly seed?: (key: string, bytes: Uint8Array) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** What one case works with. */
export interface ContractContext {
  readonly store: Store;
  readonly sizes: ContractSizes;
  /** Makes a file be there, by `seed` where the kind is read-only. */
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
}

export interface ContractSizes {
  /** Files in the listing case; more than two pages of the driver. */
  readonly listFiles: number;
  /** Bytes of the large file; more than two parts where the driver uploads in parts. */
  readonly bigBytes: number;
}

export interface ContractCase {
  readonly title: string;
  run(context: ContractContext): Promise<void>;
}

/** Thrown by a case that has nothing to ask of a store; it counts as not applicable. */
export class NotApplicable extends Error {}

/** Ends a case that this kind of store cannot be asked; the reason is reported. */
export function notApplicable(reason: string): never {
  throw new NotApplicable(reason);
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

export function someBytes(count: number): Uint8Array {
  return randomBytes(count);
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** The whole text of a file. */
export async function textOf(store: Store, key: string): Promise<string> {
  return (await readAll(await store.read(key))).toString();
}

export async function listAll(store: Store, prefix?: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of store.list(prefix)) entries.push(...page);
  return entries;
}

export async function listKeys(store: Store, prefix?: string): Promise<string[]> {
  return (await listAll(store, prefix)).map(({ key }) => key).sort();
}

/** The bytes as a stream of pieces, each in a turn of its own. */
export async function* piecesOf(bytes: Uint8Array, pieceBytes = 10_000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await new Promise((resolve) => setImmediate(resolve));
    yield bytes.subarray(at, at + pieceBytes);
  }
}

export async function failsWith(code: Failure['code'], work: () => Promise<unknown>): Promise<void> {
  const failure = await failureFrom(work);
  assert.equal(failure.code, code, `failed with ${JSON.stringify(failure)}`);
}
