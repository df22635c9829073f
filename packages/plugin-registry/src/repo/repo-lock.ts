import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { registryFailures } from '../failures.ts';
import type { Repo } from './repo.ts';
import { stagingDir } from './targets.ts';

/**
 * Takes DVC's own lock of a repository, so that neither a `dvc` nor a second runner writes at the same time.
 *
 * Node has no flock, so a child holds it: it lives exactly as long as its standard input is open, which the kernel
 * closes when this process dies in whatever way. Waits up to `waitMs`, then throws `registry.locked`. A dry run and a
 * machine without flock(1) take none.
 */
export async function lockRepo(
  { root }: Repo,
  { dryRun, waitMs = 60_000 }: { readonly dryRun: boolean; readonly waitMs?: number },
): Promise<AsyncDisposable> {
  if (dryRun) return { [Symbol.asyncDispose]: async () => {} };
  mkdirSync(join(root, '.dvc', 'tmp'), { recursive: true });
  const file = join(root, '.dvc', 'tmp', 'lock');
  const seconds = String(Math.ceil(waitMs / 1000));
  const child = spawn('flock', ['-x', '-w', seconds, file, 'sh', '-c', 'echo held; cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
  if (!held && child.exitCode !== null) throw registryFailures.locked({ file, holder: holderOf(file) });
  // Whoever holds the lock knows that files still being placed are of the dead.
  if (held) rmSync(stagingDir(root), { recursive: true, force: true });
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

// DVC writes its process id into the lock; ours stays empty.
function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
