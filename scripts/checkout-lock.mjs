// One holder at a time for what changes node_modules or dist. Plain JS: it also runs on Node 20, before anything is installed.
// Outside node_modules, because `npm ci` deletes everything in there.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const staleAfterMs = 15 * 60_000;
const touchEveryMs = 10_000;

/**
 * Runs `work` while holding the folder lock `path`; waits for another holder, and takes over from a dead one.
 *
 * @template T
 * @param {string} path folder that is the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  await mkdir(dirname(path), { recursive: true });
  const token = `${hostname()} ${process.pid} ${randomUUID()}`;
  for (let waits = 0; !(await tryTake(path, token)); waits++) {
    const holder = await readOwner(path);
    if (await isStale(path, holder)) {
      await evict(path, holder);
      continue;
    }
    if (waits === 0)
      process.stderr.write(`waiting for process ${holder.split(' ')[1] ?? '?'} that prepares this checkout\n`);
    await sleep(100);
  }
  // A live holder keeps its lock young, so only a dead or frozen one ever looks stale.
  const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), touchEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    if ((await readOwner(path)) === token) await rm(path, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @param {string} token
 */
async function tryTake(path, token) {
  try {
    await mkdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(path, 'owner'), token);
  return true;
}

/** @param {string} path */
async function readOwner(path) {
  return readFile(join(path, 'owner'), 'utf8').catch(() => '');
}

/**
 * @param {string} path
 * @param {string} holder empty in the instant between mkdir and the owner's name: only age speaks then
 */
async function isStale(path, holder) {
  const [host, pid] = holder.split(' ');
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const seen = await stat(path).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > staleAfterMs;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Moves the stale lock away; when somebody else was quicker and we caught a fresh lock, puts that one back.
 *
 * @param {string} path
 * @param {string} stale owner judged dead
 */
async function evict(path, stale) {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readOwner(aside)) === stale) await rm(aside, { recursive: true, force: true });
  else await rename(aside, path).catch(() => {});
}
