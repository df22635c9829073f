import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../src/model/driver.ts';
import { createStoreOpener, type StoreOpenerOptions, type StoreSettings } from '../../src/storage/open-store.ts';

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

/** A web server of one test; connections that are still open end with it. */
export async function loopback(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A place in a store with these settings, on this machine; tries again at once where it tries again. */
export async function openCloud(
  settings: StoreSettings,
  { place = 'cloud:', ...options }: { readonly place?: string } & Partial<StoreOpenerOptions> = {},
) {
  const opener = createStoreOpener({
    projectDir: '/',
    workDir: '/nowhere',
    allowHosts: ['127.0.0.1'],
    stores: { cloud: settings },
    retry: { attempts: 3, baseMs: 1, capMs: 5 },
    ...options,
  });
  return { store: await opener.open(place), close: () => opener.close() };
}
