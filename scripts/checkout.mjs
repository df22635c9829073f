// Where this checkout is, and the Node 24 it runs on. Plain JS: it also runs on Node 20.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Absolute path of a Node >= 24.15: the one npm installed, else the one running now. Throws with the remedy when neither will do. */
export function findNode24() {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = join(root, 'node_modules', `node-${platformName()}-${process.arch}`, 'bin', executable);
  if (existsSync(installed)) return installed;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) return process.execPath;
  throw new Error(
    `Node ${process.versions.node} is too old and npm has no Node 24 for ${process.platform} ${process.arch}: ` +
      'install Node 24.15 or newer (https://nodejs.org) and run this again',
  );
}

function platformName() {
  return process.platform === 'win32' ? 'win' : process.platform;
}
