import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skip } from '../../../../test/support/skip.ts';

const bin = fileURLToPath(new URL('../../bin/runner.js', import.meta.url));
const sources = new URL('../../src/', import.meta.url);

function start(...argv: string[]) {
  return spawnSync(process.execPath, ['--conditions=source', bin, ...argv], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8' },
  });
}

/** Everything a file imports when it is loaded; imports of types alone are gone by then. */
function importsOf(file: URL, seen = new Map<string, string[]>()): ReadonlyMap<string, string[]> {
  if (seen.has(file.href) || !existsSync(file)) return seen;
  const found = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'|^import '([^']+)'/gm),
  ].map((match) => (match[1] ?? match[2]) as string);
  seen.set(file.href, found);
  for (const name of found) if (name.startsWith('.')) importsOf(new URL(name, file), seen);
  return seen;
}

describe('the start of the program', () => {
  it('answers --version from the sources', () => {
    const { stdout, status, stderr } = start('--version');
    assert.deepEqual([stdout.replace(/\d+\.\d+\.\d+.*/, 'N'), status, stderr], ['runner N\n', 0, '']);
  });

  it('shows help outside a project', () => {
    const { stdout, status } = start('--help');
    assert.equal(status, 0);
    assert.match(stdout, /^Turns raw image collections into published datasets/);
  });

  it('passes exit codes and words on', () => {
    const { stderr, status } = start('rnu');
    assert.equal(status, 2);
    assert.equal(stderr, '✗ There is no command rnu  [name.unknown]\n  try      Did you mean run?\n');
  });

  it('starts from a folder of any name', () => {
    const top = mkdtempSync(join(tmpdir(), 'start-'));
    try {
      const folder = join(top, 'we#ird %41 ?x=ü');
      cpSync(bin, join(folder, 'bin', 'runner.js'));
      mkdirSync(join(folder, 'dist', 'cli'), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      writeFileSync(join(folder, 'dist/cli/main.js'), 'export const main = async () => console.log("started");');
      const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'runner.js')], { encoding: 'utf8' });
      assert.deepEqual([stdout, stderr], ['started\n', '']);
    } finally {
      rmSync(top, { recursive: true });
    }
  });

  it('survives a reader that goes away', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" --conditions=source "${bin}" --help | head -1`],
      { encoding: 'utf8' },
    );
    assert.match(stdout, /^Turns/);
    assert.equal(stderr, '');
  });

  it('says that its output could not be written, in one line', function () {
    if (!existsSync('/dev/full')) return skip(this, 'this machine has no /dev/full');
    for (const argv of ['--help', `store ls '${fileURLToPath(sources)}'`]) {
      const command = `"${process.execPath}" --conditions=source "${bin}" ${argv} > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      assert.match(stderr, /^✗ The output is not whole: ENOSPC.*\n$/);
      assert.equal(status, 3);
    }
  });

  it('loads neither oclif nor zod nor yaml before a command needs them', () => {
    const roots = ['cli/main.ts', 'plugins/catalogue-cache.ts'].map((path) => new URL(path, sources));
    const reached = new Map(roots.flatMap((root) => [...importsOf(root)]));
    // The walk itself must work, or it proves nothing.
    assert.ok([...reached.keys()].some((file) => file.endsWith('cli/help/task-help.ts')));
    const packages = [...reached.values()].flat().filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
    assert.deepEqual(packages, []);
  });

  it('makes nothing ready for child processes before it needs one', () => {
    const told = 'process.on("exit", () => console.log(process.moduleLoadList.includes("NativeModule child_process")))';
    const args = [`--import=data:text/javascript,${encodeURIComponent(told)}`, '--conditions=source', bin, '--version'];
    assert.match(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout, /^runner \S+\nfalse\n$/);
  });
});
