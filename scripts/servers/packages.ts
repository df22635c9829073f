// System packages that real servers come from. Debian and its kin; elsewhere the tests say what they miss.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** A file that must be there, and the Debian package that brings it. */
export interface SystemNeed {
  readonly path: string;
  readonly package: string;
}

/** Installs what is missing where we may; returns why it is still missing, or undefined when all is there. */
export async function ensurePackages(needs: readonly SystemNeed[]): Promise<string | undefined> {
  if (missing(needs).length === 0) return undefined;
  const names = missing(needs);
  const byHand = `install ${names.join(' ')}`;
  if (process.getuid?.() !== 0) return `${byHand} (needs root)`;
  if (!existsSync('/usr/bin/apt-get')) return `${byHand} (there is no apt-get here)`;
  const args = ['-o', 'DPkg::Lock::Timeout=900', '-y', '-qq', '--no-install-recommends', 'install', ...names];
  // RUNLEVEL=1 keeps packages from starting their services: tests start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    await promisify(execFile)('apt-get', args, { env });
  } catch (error) {
    return `${byHand}: apt-get said ${String((error as { stderr?: unknown }).stderr)
      .trim()
      .split('\n')
      .at(-1)}`;
  }
  const still = missing(needs);
  return still.length === 0 ? undefined : `${still.join(' ')} brought no program`;
}

function missing(needs: readonly SystemNeed[]): string[] {
  return [...new Set(needs.filter(({ path }) => !existsSync(path)).map((need) => need.package))];
}
