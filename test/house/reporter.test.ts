import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/checkout.mjs';
import { type ProgramEnd, runProgram } from '../support/run-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The report of one test file, by the mocha settings of this repository. */
async function report(text: string): Promise<ProgramEnd> {
  const support = pathToFileURL(join(root, 'test/support/skip.ts')).href;
  await using folder = await tempFolder({ 'a.test.ts': `import { skip } from '${support}';\n${text}` });
  return await runProgram(join(root, 'node_modules/mocha/bin/mocha.js'), [join(folder.path, 'a.test.ts')], root);
}

describe('the test report', () => {
  it('ends with the counts, and omits skipped ones when there are none', async () => {
    const { code, output } = await report("describe('a', () => { it('b', () => {}); });");
    assert.equal(output, 'a\n  ok b\n\n1 passed, 0 failed\n');
    assert.equal(code, 0);
  });

  it('names every skipped case with its reason, from a test and from a hook', async () => {
    const { output } = await report(`
      it('one', function () { skip(this, 'no server'); });
      describe('suite', () => {
        before(function () { skip(this, 'no program'); });
        it('two', () => {});
      });`);
    assert.match(output, /one: no server\n {2}suite > two: no program\n\n0 passed, 0 failed, 2 skipped\n$/);
  });

  it('shows failures whole: long messages, values that differ, causes', async () => {
    const { code, output } = await report(`
      it('long', () => { throw new Error('x'.repeat(5000), { cause: new Error('the root of it') }); });
      it('differs', () => { throw Object.assign(new Error('not equal'), { expected: 'left', actual: 'right' }); });`);
    assert.ok(output.includes('x'.repeat(5000)));
    assert.match(output, /caused by: Error: the root of it/);
    assert.match(output, /left[\s\S]*right|right[\s\S]*left/);
    assert.match(output, /\n0 passed, 2 failed\n$/);
    assert.equal(code, 2);
  });
});
