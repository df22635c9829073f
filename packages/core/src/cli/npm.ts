import { spawn } from 'node:child_process';
import { fail } from '../model/failure.ts';
import type { CliContext } from './context.ts';

/** Runs npm in a folder with our terminal, saying the command first; fails with `plugin.missing` for a plugin. */
export async function runNpm(context: CliContext, dir: string, args: readonly string[], plugin: string): Promise<void> {
  const command = `npm ${args.join(' ')}`;
  context.world.stderr.write(`${context.err.dim(`$ ${command}`)}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    // On Windows npm is a script, which only a shell starts; names were checked before they came here.
    const child = spawn('npm', [...args], { cwd: dir, stdio: ['inherit', 2, 2], shell: process.platform === 'win32' });
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0)
    throw fail('plugin.missing', { name: plugin, install: command, hint: 'npm said above what is wrong.' });
}

/** Tells whether a text can only be an npm package with an optional version, and never an option of npm. */
export function isPackageSpec(text: string): boolean {
  return /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:@[\w.^~<>=|*-]+)?$/i.test(text);
}

/** Returns the package of a spec: `@a/b@1.2` is `@a/b`. */
export function packageOf(spec: string): string {
  const at = spec.lastIndexOf('@');
  return at > 0 ? spec.slice(0, at) : spec;
}
