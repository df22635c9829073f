import { renameSync, writeFileSync } from 'node:fs';

/** Puts new text in the place of a file at once: whoever reads it sees the old text or the new, never half. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, text);
  renameSync(beside, path);
}
