import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/checkout.mjs';
import { type ChildOptions, type TimedChild, timeChild } from './timed-child.ts';

const fixture = dirname(fileURLToPath(new URL('../fixtures/project/plugin.ts', import.meta.url)));
const program = join(root, 'packages', 'core', 'bin', 'runner.js');

/** A task's run, from outside (`wallMs`) and as it timed itself (`runMs`). */
export interface TimedRun extends TimedChild {
  readonly runMs: number;
  readonly peakMb: number;
  readonly counts: ItemCounts;
  /** From the spawn to the first item's work; inline steps only. */
  readonly firstWorkMs: number | undefined;
  readonly lastWorkMs: number | undefined;
}

/** How many items a run made (or, dry, would make) and found up to date. */
export interface ItemCounts {
  readonly made: number;
  readonly reused: number;
}

/** A project on disk with the bench plugin and the real, built command line. Nothing in it is removed before the end. */
export class Project {
  readonly dir: string;
  #notes = 0;

  /** `packages`: folder names below packages/ to install, and to name in the config when they are plugins. */
  constructor(dir: string, packages: readonly string[] = []) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
    cpSync(fixture, dir, { recursive: true });
    for (const folder of ['core', 'kit', ...packages]) this.#link(folder);
    const plugins = ['./plugin.ts', ...packages.map((folder) => `@dataset-runner/${folder}`)];
    writeFileSync(join(dir, 'package.json'), '{ "name": "bench", "private": true, "type": "module" }\n');
    writeFileSync(join(dir, 'runner.yaml'), `plugins: ${JSON.stringify(plugins)}\n`);
  }

  #link(folder: string): void {
    const link = join(this.dir, 'node_modules', '@dataset-runner', folder);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'packages', folder), link, 'dir');
  }

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  get state(): string {
    return this.path('.runner', 'state.db');
  }

  runner(args: readonly string[], options: Omit<ChildOptions, 'cwd'> = {}): Promise<TimedChild> {
    return timeChild(process.execPath, [program, ...args], { ...options, cwd: this.dir });
  }

  /** Makes what is made once per project (the plugin's manifest) and fills the compile cache. */
  async warmUp(): Promise<void> {
    await this.runner(['tasks']);
    await this.runner(['run', 'bench:hello']);
  }

  /** Runs `runner run <args> --json` in a fresh process; throws when it did not do what was wanted: it measured something else. */
  async run(args: readonly string[], wanted: ItemCounts | 'any'): Promise<TimedRun> {
    const notes = this.path(`notes-${this.#notes++}.json`);
    const child = await this.runner(['run', ...args, '--json'], { env: { BENCH_NOTES: notes } });
    const report = JSON.parse(child.stdout.trimEnd().split('\n').at(-1) ?? '') as Report;
    const made = sum(report, ({ done, pending }) => done + pending);
    const reused = sum(report, (counts) => counts.reused);
    if (wanted !== 'any' && (made !== wanted.made || reused !== wanted.reused))
      throw new Error(`runner run ${args.join(' ')} made ${made} and reused ${reused}, not ${JSON.stringify(wanted)}`);
    const noted = JSON.parse(readFileSync(notes, 'utf8')) as Notes;
    const since = (atMs: number | undefined): number | undefined =>
      atMs === undefined ? undefined : atMs - child.startedAtMs;
    return {
      ...child,
      runMs: report.elapsedMs,
      peakMb: noted.peakMb,
      counts: { made, reused },
      firstWorkMs: since(noted.firstWorkAtMs),
      lastWorkMs: since(noted.lastWorkAtMs),
    };
  }
}

interface Report {
  readonly elapsedMs: number;
  readonly maps: readonly { readonly counts: Counts }[];
}

interface Counts {
  readonly reused: number;
  readonly done: number;
  /** In a dry run: what would be made. */
  readonly pending: number;
}

interface Notes {
  readonly peakMb: number;
  readonly firstWorkAtMs?: number;
  readonly lastWorkAtMs?: number;
}

function sum(report: Report, pick: (counts: Counts) => number): number {
  return report.maps.reduce((total, { counts }) => total + pick(counts), 0);
}
