// Microsoft's own double of Azure Blob Storage for the contract.
// `node scripts/servers/azurite.ts` starts one and serves until Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNpmServer, npmProgram, type NpmServer } from './npm-server.ts';
import { freePort, startProcess } from './process.ts';

// Later ones ask for packages that cannot be installed everywhere.
const azurite: NpmServer = { name: 'azurite', version: '3.35.0', program: 'dist/src/blob/main.js' };

// The account every Azurite has; its key is printed in the manual and opens nothing else.
const accountName = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzuriteServer {
  /** Of the account, as in `http://127.0.0.1:1234/devstoreaccount1`. */
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  stop(): Promise<void>;
}

/** Installs the server where it may; returns why it cannot run here, or undefined. */
export function prepareAzurite(): Promise<string | undefined> {
  return ensureNpmServer(azurite);
}

/** Starts a server without containers on a free loopback port. */
export async function startAzurite(): Promise<AzuriteServer> {
  const root = mkdtempSync(join(tmpdir(), 'runner-azurite-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Without the skip every request of a newer SDK is 400: it names an API version this server has not heard of.
  const flags = ['--silent', '--skipApiVersionCheck', '--disableTelemetry', '--location', root];
  const address = ['--blobHost', '127.0.0.1', '--blobPort', String(port)];
  const args = [npmProgram(azurite), ...flags, ...address];
  try {
    const stop = await startProcess({ program: process.execPath, args, root, isReady: () => answers(url) });
    return {
      endpoint: `${url}/${accountName}`,
      accountName,
      accountKey,
      stop: () => stop().finally(() => rmSync(root, { recursive: true, force: true })),
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

// Any answer will do: nothing is there yet that could be asked for.
async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(2000) })).body?.cancel();
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const why = await prepareAzurite();
  if (why !== undefined) throw new Error(why);
  const server = await startAzurite();
  const account = `accountName ${server.accountName}, accountKey ${server.accountKey}`;
  process.stdout.write(`azurite on ${server.endpoint}, ${account}; Ctrl-C ends it\n`);
  process.once('SIGINT', () => void server.stop());
}
