// An independent double of Google Cloud Storage; less strict than our own, but nobody of ours wrote it.
// `node scripts/servers/fake-gcs.ts` starts one and serves until Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureGoServer, goProgram, type GoServer } from './go-server.ts';
import { freePort, startProcess } from './process.ts';

const fakeGcs: GoServer = { module: 'github.com/fsouza/fake-gcs-server', version: '1.56.1' };

export interface FakeGcsServer {
  /** As in `http://127.0.0.1:1234`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Builds the server where it may; returns why it cannot run here, or undefined. */
export function prepareFakeGcs(): Promise<string | undefined> {
  return ensureGoServer(fakeGcs);
}

/** Starts a server without buckets on a free loopback port; objects lie in its memory. */
export async function startFakeGcs(): Promise<FakeGcsServer> {
  const root = mkdtempSync(join(tmpdir(), 'runner-fake-gcs-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)];
  // Addresses of uploads and downloads are given out with this name.
  const args = [...address, '-external-url', endpoint, '-public-host', `127.0.0.1:${port}`, '-backend', 'memory'];
  try {
    const stop = await startProcess({
      program: goProgram(fakeGcs),
      args: [...args, '-log-level', 'error'],
      root,
      isReady: () => answers(endpoint),
    });
    return { endpoint, stop: () => stop().finally(() => rmSync(root, { recursive: true, force: true })) };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/storage/v1/b`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const why = await prepareFakeGcs();
  if (why !== undefined) throw new Error(why);
  const server = await startFakeGcs();
  process.stdout.write(`fake-gcs-server on ${server.endpoint}; Ctrl-C ends it\n`);
  process.once('SIGINT', () => void server.stop());
}
