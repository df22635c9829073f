import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/checkout.mjs';
import { runProgram } from '../support/run-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const script = (name: string): string => join(root, 'scripts', `${name}.ts`);

describe('the length check', () => {
  it('reports a file of 301 lines and accepts one of 300', async () => {
    await using folder = await tempFolder({
      'packages/kit/src/long.ts': '//\n'.repeat(301),
      'packages/kit/src/just-right.ts': '//\n'.repeat(300),
    });
    const { code, output } = await runProgram(script('check-length'), [folder.path]);
    assert.equal(output, 'packages/kit/src/long.ts: 301 lines, 300 are allowed\n');
    assert.equal(code, 1);
  });
});

describe('the path check', () => {
  it('reports absolute paths of a machine and leaves relative ones alone', async () => {
    await using folder = await tempFolder({ 'fine.md': '.runner/work/a, a/root/b, https://example.org/x\n' });
    // Put together here, because this file is checked too.
    await writeFile(join(folder.path, 'bad.md'), `fine\nsee /${'root'}/notes\n`);
    execFileSync('git', ['init', '--quiet'], { cwd: folder.path });
    const { code, output } = await runProgram(script('check-paths'), [folder.path]);
    assert.equal(output, `bad.md:2  see /${'root'}/notes\n`);
    assert.equal(code, 1);
  });
});

describe('the lock check', () => {
  const platform = { '@x/linux-x64': '1.0.0', '@x/darwin-arm64': '1.0.0' };

  it('reports a platform package that npm left out', async () => {
    const packages = {
      '': { dependencies: { x: '1.0.0' } },
      'node_modules/x': { version: '1.0.0', optionalDependencies: platform },
      'node_modules/@x/linux-x64': { version: '1.0.0', optional: true },
    };
    await using folder = await tempFolder({ 'lock.json': JSON.stringify({ packages }) });
    const { code, output } = await runProgram(script('check-lock'), [join(folder.path, 'lock.json')]);
    assert.equal(output, '@x/darwin-arm64@1.0.0, wanted by node_modules/x, is not in the lock\n');
    assert.equal(code, 1);
  });

  it('reports an install script nobody decided on', async () => {
    const packages = { 'node_modules/x': { version: '1.0.0', hasInstallScript: true } };
    await using folder = await tempFolder({ 'lock.json': JSON.stringify({ packages }) });
    const { code, output } = await runProgram(script('check-lock'), [join(folder.path, 'lock.json')]);
    assert.match(output, /^x has an install script/);
    assert.equal(code, 1);
  });
});

describe('the check for unused code', () => {
  it('reports an export nobody imports, and only that one', async () => {
    await using folder = await tempFolder({
      'packages/core/src/index.ts': "export { used } from './lib/pair.ts';\n",
      'packages/core/src/lib/pair.ts': 'export const used = 1;\nexport const forgotten = 2;\n',
    });
    for (const file of [
      'package.json',
      'knip.json',
      'tsconfig.json',
      'tsconfig.base.json',
      'packages/core/package.json',
    ]) {
      await copyFile(join(root, file), join(folder.path, file));
    }
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
    const knip = join(root, 'node_modules/knip/bin/knip.js');
    const { code, output } = await runProgram(
      knip,
      ['--include', 'exports', '--no-progress', '--no-config-hints'],
      folder.path,
    );
    assert.match(output, /forgotten\s+packages\/core\/src\/lib\/pair\.ts:2/);
    assert.doesNotMatch(output, /\bused\s+packages/);
    assert.equal(code, 1);
  });
});
