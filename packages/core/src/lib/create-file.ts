import { closeSync, fstatSync, openSync, rmSync } from 'node:fs';
import { writeFully } from './atomic-file.ts';

/**
 * Writes a new file and returns its mtimeMs, known before anybody else can have changed it.
 *
 * Throws Node's system errors: EEXIST when something lies there; what was begun is gone then.
 */
export function createFile(path: string, bytes: Uint8Array): number {
  const file = openSync(path, 'wx');
  try {
    writeFully(file, bytes);
    return fstatSync(file).mtimeMs;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
