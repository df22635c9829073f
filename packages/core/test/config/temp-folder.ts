import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A temporary folder with files, removed at the end of the block: `using folder = tempFolder({...})`. */
export class TempFolder implements Disposable {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  write(path: string, text: string): void {
    const absolute = join(this.dir, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** Makes `@dataset-runner/core` importable from files in the folder, as an installation would. */
  linkCore(): void {
    const core = fileURLToPath(new URL('../..', import.meta.url));
    mkdirSync(this.path('node_modules', '@dataset-runner'), { recursive: true });
    symlinkSync(core, this.path('node_modules', '@dataset-runner', 'core'), 'dir');
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function tempFolder(files: { readonly [path: string]: string } = {}): TempFolder {
  const folder = new TempFolder(realpathSync(mkdtempSync(join(tmpdir(), 'runner-config-'))));
  for (const [path, text] of Object.entries(files)) folder.write(path, text);
  return folder;
}
