// Every check of the house, one line each; details only for what failed. `npm run check -- layers knip` runs just those.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { listPackages } from './build/packages.ts';
import { root } from './checkout.mjs';

interface Check {
  readonly name: string;
  /** Programs with their arguments, run one after another by this Node (JavaScript) or as they are. */
  readonly commands: readonly (readonly string[])[];
  /** Other checks whose results this one reads. */
  readonly after?: string;
}

// Longest first: what is short fills the gaps.
const checks: readonly Check[] = [
  { name: 'build', commands: [script('build')] },
  { name: 'types', commands: [tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')] },
  { name: 'lint', commands: [tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--quiet')] },
  { name: 'unused', commands: [tool('knip/bin/knip.js', '--no-progress', '--no-config-hints')] },
  { name: 'format', commands: [tool('@biomejs/biome/bin/biome', 'format', '--colors=off', '--reporter=summary')] },
  { name: 'layers', commands: [script('check-layers')] },
  { name: 'length', commands: [script('check-length')] },
  { name: 'paths', commands: [script('check-paths')] },
  { name: 'lock', commands: [script('check-lock')] },
  {
    name: 'publish',
    commands: listPackages().map(({ folder }) => tool('publint/src/cli.js', 'run', `packages/${folder}`, '--strict')),
    after: 'build',
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !checks.some((each) => each.name === name));
if (unknown !== undefined)
  throw new Error(`no check ${unknown}; there are ${checks.map((each) => each.name).join(', ')}`);
const chosen = checks.filter((each) => wanted.length === 0 || wanted.includes(each.name));
const ends = new Map<string, Promise<boolean>>();
const waiting = [...chosen];
// Each worker takes the next check; one that waits for another is last in the list, so what it waits for has begun.
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, () => worker()));
const failed = (await Promise.all(ends.values())).filter((succeeded) => !succeeded).length;
process.stdout.write(
  failed === 0 ? `all ${chosen.length} checks ok\n` : `${failed} of ${chosen.length} checks failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function worker(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const end = perform(next);
    ends.set(next.name, end);
    await end;
  }
}

async function perform({ name, commands, after }: Check): Promise<boolean> {
  if (after !== undefined) await ends.get(after);
  const startedMs = performance.now();
  let output = '';
  let succeeded = true;
  for (const command of commands) {
    const result = await run(command);
    succeeded &&= result.succeeded;
    if (!result.succeeded) output += result.output;
  }
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  process.stdout.write(
    `${name.padEnd(8)} ${succeeded ? 'ok' : 'FAILED'}  ${took}\n${output.trimEnd().replace(/^(?=.)/gm, '    ')}${output && '\n'}`,
  );
  return succeeded;
}

function run([program = '', ...args]: readonly string[]): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => void (output += text));
    }
    child.on('error', (error) => resolve({ succeeded: false, output: String(error) }));
    child.on('close', (code) => resolve({ succeeded: code === 0, output }));
  });
}

function script(name: string): string[] {
  return [join(root, 'scripts', `${name}.ts`)];
}

function tool(path: string, ...args: string[]): string[] {
  return [join(root, 'node_modules', path), ...args];
}
