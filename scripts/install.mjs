// Brings node_modules to what package-lock.json says, once, whoever asks first. Plain JS: it also runs on Node 20.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './checkout.mjs';
import { withLock } from './checkout-lock.mjs';

const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const npmsOwnLock = join(modules, '.package-lock.json');
const stampFile = join(modules, '.install-stamp');

/** Runs `npm ci` unless everything the lock names is there. Throws when npm fails. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(join(root, '.cache', 'checkout.lock'), async () => {
    if (isInstalled()) return;
    process.stderr.write('installing dependencies (npm ci) ...\n');
    await runNpm(['ci', '--include=dev', '--include=optional']);
    writeFileSync(stampFile, stamp());
  });
}

function isInstalled() {
  if (!existsSync(npmsOwnLock)) return false;
  const stamped = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp();
  // An `npm ci` by hand leaves no stamp of ours, but a record newer than the lock file: that is honoured as well.
  const byHand = statSync(npmsOwnLock).mtimeMs >= statSync(lockFile).mtimeMs;
  return (stamped || byHand) && isWhole();
}

function stamp() {
  return createHash('sha256')
    .update(readFileSync(lockFile))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
}

/** A half-deleted node_modules keeps npm's record, so every folder it names is looked at (600 stats, about 5 ms). */
function isWhole() {
  const record = /** @type {{ packages: Record<string, unknown> }} */ (JSON.parse(readFileSync(npmsOwnLock, 'utf8')));
  return Object.keys(record.packages).every((path) => existsSync(join(root, path, 'package.json')));
}

/**
 * The npm that runs us, by the Node that runs it: the one in node_modules is about to be deleted by `npm ci`.
 *
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function runNpm(args) {
  const npmScript = process.env['npm_execpath'];
  const isNpm = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
  const [command, prefix] = isNpm
    ? [process.env['npm_node_execpath'] ?? process.execPath, [npmScript]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  return new Promise((resolve, reject) => {
    // npm's report goes to stderr: stdout belongs to the command that was asked for.
    const child = spawn(command, [...prefix, ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32' && !isNpm,
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args.join(' ')} failed (exit ${code})`)),
    );
  });
}
