import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail } from '../../model/failure.ts';
import { detectPackageManager } from '../../plugins/package-manager.ts';
import { ignoredFolders, projectTemplate } from '../../plugins/init-template.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner init`: starts a project; adds what is missing and changes nothing that is there. */
export class InitCommand extends RunnerCommand {
  async run(): Promise<number> {
    await this.readLine();
    const { cwd, version } = this.context.world;
    const template = projectTemplate({ name: basename(cwd), coreVersion: version });
    const done = [
      ...createFile(join(cwd, 'runner.yaml'), template['runner.yaml'] ?? ''),
      ...createFile(join(cwd, '.npmrc'), template['.npmrc'] ?? ''),
      ...completePackage(cwd, JSON.parse(template['package.json'] ?? '{}') as PackageJson),
      ...ignoreState(join(cwd, '.gitignore')),
    ];
    const { out } = this.context;
    const lines =
      done.length === 0 ? ['Everything is there already.'] : done.map((text) => `${out.good(out.signs.ok)} ${text}`);
    this.context.print([
      ...lines,
      '',
      out.bold('Next'),
      `  ${detectPackageManager(cwd)} install`,
      out.typed('  runner plugins add <package>     an existing plugin'),
      out.typed('  runner plugins create <name>     or one of your own, in one file'),
    ]);
    return 0;
  }
}

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

/** Adds the runner and a Node to package.json, or writes one; dependencies that are there keep their versions. */
function completePackage(dir: string, wanted: PackageJson): string[] {
  const path = join(dir, 'package.json');
  const fresh = !existsSync(path);
  const found = fresh ? wanted : readPackage(path);
  const dependencies = found['dependencies'] as { readonly [name: string]: string } | undefined;
  const dev = { ...wanted.devDependencies, ...found.devDependencies };
  for (const name of Object.keys(dependencies ?? {})) if (found.devDependencies?.[name] === undefined) delete dev[name];
  const completed = {
    ...found,
    devDependencies: dev,
    optionalDependencies: { ...wanted.optionalDependencies, ...found.optionalDependencies },
  };
  if (!fresh && JSON.stringify(found) === JSON.stringify(completed)) return [];
  writeFileSync(path, `${JSON.stringify(completed, undefined, 2)}\n`);
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

// State and packages are made again by anybody; a data set's history is no place for them.
function ignoreState(path: string): string[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const missing = ignoredFolders.filter(
    (entry) => !text.split(/\r?\n/).some((line) => line.replace(/^\//, '').replace(/\/$/, '') === entry.slice(0, -1)),
  );
  if (missing.length === 0) return [];
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  writeFileSync(path, `${text}${gap}${missing.join('\n')}\n`);
  return [`added ${missing.join(' and ')} to .gitignore`];
}
