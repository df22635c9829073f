import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a project starts with. */
export interface RigOptions {
  /** Lines of `runner.yaml`. */
  readonly config?: string;
  /** Files by path in the project. */
  readonly files?: { readonly [path: string]: string | Uint8Array };
  /** Packages to make importable in the project, by name; `@dataset-runner/core` always is. */
  readonly packages?: readonly string[];
  /** Extra environment. */
  readonly env?: { readonly [name: string]: string };
}

/** How a command ended. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Resolves when its output so far holds the text; rejects when it ends without. */
  printed(text: string): Promise<void>;
}

/**
 * A temporary project with the real command line: tests say what a user would type and wait on facts.
 *
 * `await using rig = await createRig({...})` removes it at the end.
 */
export class ProjectRig {
  readonly dir: string;
  readonly #env: { readonly [name: string]: string };
  readonly #running = new Set<ChildProcess>();

  constructor(dir: string, env: { readonly [name: string]: string }) {
    this.dir = dir;
    this.#env = env;
  }

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** Runs `runner` with these arguments to its end. */
  runner(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** Runs `runner <args> --json` and returns the last line of its output, parsed. */
  async json(
    ...args: string[]
  ): Promise<{ readonly code: number | undefined; readonly report: Record<string, unknown>; readonly stderr: string }> {
    const { code, stdout, stderr } = await this.runner(...args, '--json');
    const last = stdout.trim().split('\n').at(-1) ?? '';
    try {
      return { code, report: JSON.parse(last) as Record<string, unknown>, stderr };
    } catch {
      throw new Error(`no JSON in the last line of: runner ${args.join(' ')}\n${stdout}\n${stderr}`);
    }
  }

  /** Starts `runner` with these arguments. */
  start(...args: string[]): Running {
    const child = spawn(process.execPath, [...conditions(), binFile(), ...args], {
      cwd: this.dir,
      // Tests type `runner`, whoever started them: hints name the commands in the way they were started.
      env: { ...process.env, NO_COLOR: '1', npm_config_user_agent: '', ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let stdout = '';
    let stderr = '';
    let changed: (() => void)[] = [];
    const tell = (): void => {
      const waiting = changed;
      changed = [];
      for (const resolve of waiting) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      tell();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      tell();
    });
    let over = false;
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        over = true;
        this.#running.delete(child);
        resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr });
        tell();
      });
    });
    return {
      process: child,
      ended,
      output: () => stdout + stderr,
      async printed(text) {
        while (!(stdout + stderr).includes(text)) {
          if (over) throw new Error(`it ended without printing ${JSON.stringify(text)}:\n${stdout}${stderr}`);
          await new Promise<void>((resolve) => changed.push(resolve));
        }
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Makes a temporary project. */
export async function createRig(options: RigOptions = {}): Promise<ProjectRig> {
  const dir = mkdtempSync(join(tmpdir(), 'runner-rig-'));
  const rig = new ProjectRig(dir, options.env ?? {});
  rig.write('runner.yaml', options.config ?? 'plugins: []\n');
  rig.write('package.json', '{ "name": "rig", "private": true, "type": "module" }\n');
  for (const name of ['@dataset-runner/core', ...(options.packages ?? [])]) linkPackage(dir, name);
  for (const [path, content] of Object.entries(options.files ?? {})) rig.write(path, content);
  return rig;
}

// The package as this test sees it: its own checkout, or what is installed beside it.
function linkPackage(dir: string, name: string): void {
  const target = packageDir(name);
  const link = join(dir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link, 'dir');
}

function packageDir(name: string): string {
  const from = createRequire(pathToFileURL(join(process.cwd(), 'x.js')));
  try {
    return dirname(from.resolve(`${name}/package.json`));
  } catch {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  }
}

function binFile(): string {
  return join(packageDir('@dataset-runner/core'), 'bin', 'runner.js');
}

// Tests of this repository import the sources, and so does the command they start, so that no build has to be
// remembered. Where one was just made the command is taken from there: it is what users run, and starts twice as fast.
function conditions(): string[] {
  if (process.env['RUNNER_TEST_BUILT'] !== undefined) return [];
  return process.execArgv.filter((arg) => arg.startsWith('--conditions') || arg.startsWith('-C'));
}
