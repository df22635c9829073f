// System packages that real servers come from. Debian and its kin; elsewhere the tests say what they miss.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** A file that must be there, and the Debian package that brings it. */
export interface SystemNeed {
  readonly path: string;
  readonly package: string;
}

/** Installs what is missing where we may; returns why it is still missing, or undefined when all is there. */
export async function ensurePackages(needs: readonly SystemNeed[]): Promise<string | undefined> {
  const names = missing(needs);
  if (names.length === 0) return undefined;
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
  const halfway = halfInstalled(needs.map((need) => need.package));
  return [
    ...new Set(needs.filter((need) => !existsSync(need.path) || halfway.has(need.package)).map((need) => need.package)),
  ];
}

/**
 * Packages that another process is installing right now: their program may lie there while its libraries do not yet.
 * Asking apt for them waits for the other's lock. None where there is no dpkg, or for programs that it did not bring.
 */
function halfInstalled(packages: readonly string[]): ReadonlySet<string> {
  const args = ['-W', '-f=${Package} ${db:Status-Status}\n', ...packages];
  const { stdout } = spawnSync('dpkg-query', args, { encoding: 'utf8' });
  const lines = (stdout ?? '').split('\n').map((line) => line.split(' '));
  return new Set(
    lines.flatMap(([name, status]) => (/^(unpacked|half-|triggers-)/.test(status ?? '') ? [name ?? ''] : [])),
  );
}
