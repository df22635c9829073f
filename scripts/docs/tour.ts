import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../checkout.mjs';

interface Scene {
  readonly name: string;
  /** Shell lines, shown and run as they are. */
  readonly lines: readonly string[];
  /** What a person does with an editor; not shown. */
  readonly before?: (dir: string) => void;
}

const sort = 'npx runner run pictures:sort';

/** The tour of README.md, in the order it is walked. */
const scenes: readonly Scene[] = [
  { name: 'init', lines: ['npx runner init'] },
  {
    name: 'add',
    before(dir) {
      mkdirSync(join(dir, 'plugins'));
      copyFileSync(join(root, 'docs/examples/sort-pictures.ts'), join(dir, 'plugins/pictures.ts'));
    },
    lines: ['npx runner plugins add ./plugins/pictures.ts', 'npx runner tasks'],
  },
  {
    name: 'dry-run',
    before(dir) {
      writeFileSync(
        join(dir, 'runner.yaml'),
        'plugins: [./plugins/pictures.ts]\ntasks:\n  pictures:sort: { from: ./raw, out: ./set }\n',
      );
      mkdirSync(join(dir, 'raw'));
      for (const name of ['amphora_1', 'amphora_2', 'navicula_1']) writeFileSync(join(dir, `raw/${name}.png`), name);
    },
    lines: [`${sort} --dry-run`],
  },
  { name: 'run', lines: [sort, 'find set -type f | sort'] },
  { name: 'again', lines: [sort] },
  {
    name: 'why',
    lines: ['echo "a better picture" > raw/amphora_2.png', 'npx runner why pictures:sort amphora_2.png', sort],
  },
  { name: 'break', lines: ['echo "no species" > raw/plate.png', sort, 'npx runner logs'] },
  { name: 'mend', lines: ['mv raw/plate.png raw/gomphonema_1.png', sort] },
  { name: 'exact', lines: ['rm raw/navicula_1.png', sort] },
  {
    name: 'verify',
    lines: ['npx runner verify ./set', 'echo oops >> set/amphora/1.png', 'npx runner verify ./set', sort],
  },
];

/** A project in which the tour is really walked; scenes show what came of it. */
export class Tour implements AsyncDisposable {
  readonly #dir: string;
  readonly #shown: ReadonlyMap<string, string>;

  private constructor(dir: string, shown: ReadonlyMap<string, string>) {
    this.#dir = dir;
    this.#shown = shown;
  }

  /** Walks the whole tour: each scene needs what the ones before it left. */
  static async start(): Promise<Tour> {
    const top = mkdtempSync(join(tmpdir(), 'runner-tour-'));
    const dir = join(top, 'diatoms');
    mkdirSync(join(dir, 'node_modules/@dataset-runner'), { recursive: true });
    symlinkSync(join(root, 'packages/core'), join(dir, 'node_modules/@dataset-runner/core'), 'junction');
    const bin = fakeNpx(top);
    const shown = new Map<string, string>();
    for (const { name, lines, before } of scenes) {
      before?.(dir);
      const text: string[] = [];
      for (const line of lines) text.push(`$ ${line}`, await shell(line, dir, bin));
      shown.set(name, `\`\`\`console\n${text.filter((part) => part !== '').join('\n')}\n\`\`\``);
    }
    return new Tour(top, shown);
  }

  /** What a terminal shows in the end: the live progress of `run` leaves no trace there, so only its result is kept. */
  scene(name: string): string {
    const text = this.#shown.get(name);
    if (text === undefined) throw new Error(`the tour has no scene ${name}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.#dir)) rmSync(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

// The project is not installed from a registry, so `npx runner` has to be told which runner.
function fakeNpx(top: string): string {
  const bin = join(top, 'bin');
  mkdirSync(bin);
  const runner = join(root, 'packages/core/bin/runner.js');
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\nshift\nexec '${process.execPath}' --conditions=source '${runner}' "$@"\n`,
  );
  chmodSync(join(bin, 'npx'), 0o755);
  return bin;
}

function shell(line: string, cwd: string, bin: string): Promise<string> {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    NO_COLOR: '1',
    // As npx sets it: hints then name the commands as they are typed here.
    npm_config_user_agent: 'npm/11.0.0 node/v24.15.0 linux x64 workspaces/false',
    LC_ALL: 'C.UTF-8',
  };
  const shown = line.includes('runner run') ? `${line} 2>/dev/null` : `${line} 2>&1`;
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', shown], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text));
    child.on('error', reject);
    child.on('close', () => resolve(output.replaceAll(`file://${cwd}`, 'file://...').trimEnd()));
  });
}
