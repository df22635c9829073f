import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRunner } from '../../../src/app/runner.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { CliContext } from '../../../src/cli/context.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a temporary folder, with the real command line in this process: quick enough for many commands. */
export class StoreRig implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'runner-store-'));

  constructor(config = 'plugins: []\n') {
    this.write('runner.yaml', config);
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), content);
  }

  /** Contents by key below a folder of the project. */
  files(folder: string): { [key: string]: string } {
    const names = readdirSync(join(this.dir, folder), { recursive: true, withFileTypes: true });
    const paths = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
    const root = join(this.dir, folder);
    return Object.fromEntries(paths.sort().map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
  }

  /** `runner store ...` to its end. */
  async store(...argv: string[]): Promise<Answer> {
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      columns: 100,
      write: (text: string | Uint8Array) => {
        written[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
        return true;
      },
    });
    const context = new CliContext({
      argv: ['store', ...argv],
      env: { LANG: 'C.UTF-8', XDG_STATE_HOME: join(this.dir, 'state-of-user') },
      cwd: this.dir,
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      openRunner,
      cachedCatalogue: () => Promise.resolve(undefined),
      version: '1.2.3',
      now: () => performance.now(),
    });
    const code = await runCommandLine(context);
    return { code, ...written };
  }

  /** The last JSON line of `runner store ... --json`. */
  async report(...argv: string[]): Promise<{ readonly code: number; readonly [name: string]: unknown }> {
    const { code, stdout, stderr } = await this.store(...argv, '--json');
    const last = stdout.trim().split('\n').at(-1) ?? '';
    if (!last.startsWith('{')) throw new Error(`no report of: store ${argv.join(' ')}\n${stdout}${stderr}`);
    return { ...(JSON.parse(last) as object), code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What the tests copy, by key. */
export const three = { 'a.txt': 'one', 'deep/b.txt': 'two', 'deep/ü #+%.txt': 'three' };

/** The codes of a report's failures. */
export function codesOf(report: { readonly [name: string]: unknown }): string[] {
  return (report['failures'] as { code: string }[]).map(({ code }) => code);
}
