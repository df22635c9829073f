import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from '../../scripts/checkout.mjs';
import { type ProgramEnd, runProgram } from '../support/run-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** What the tool says about packages/core/src (or packages/*) with these files. */
async function checkLayers(files: Readonly<Record<string, string>>): Promise<ProgramEnd> {
  await using folder = await tempFolder(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [join('packages', path), text])),
  );
  return await runProgram(join(root, 'scripts/check-layers.ts'), [folder.path]);
}

const refused: readonly { readonly name: string; readonly files: Record<string, string>; readonly says: RegExp }[] = [
  {
    name: 'a lower layer that takes a type from a higher one',
    files: {
      'core/src/lib/digest.ts': "import type { Plan } from '../engine/plan.ts';\nexport type Digest = Plan;",
      'core/src/engine/plan.ts': 'export interface Plan { a: string }',
    },
    says: /core\/src\/lib\/digest\.ts:1 {2}lib may not import engine: a higher layer/,
  },
  {
    name: 'a lower layer that names a higher one by typeof import()',
    files: {
      'core/src/model/task.ts': "\n\nexport type App = typeof import('../app/runner.ts');",
      'core/src/app/runner.ts': 'export const a = 1;',
    },
    says: /core\/src\/model\/task\.ts:3 {2}model may not import app/,
  },
  {
    name: 'a lower layer that loads a higher one by import()',
    files: {
      'core/src/model/task.ts': "export const load = () => import('../cli/main.ts');",
      'core/src/cli/main.ts': 'export {};',
    },
    says: /model may not import cli/,
  },
  {
    name: 'a re-export of a neighbour on the same layer',
    files: { 'core/src/state/row.ts': "export * from '../storage/key.ts';", 'core/src/storage/key.ts': 'export {};' },
    says: /state may not import storage: a neighbour on the same layer/,
  },
  {
    name: 'an author API that reaches storage',
    files: { 'core/src/plugin.ts': "export * from './storage/key.ts';", 'core/src/storage/key.ts': 'export {};' },
    says: /plugin\.ts may import only lib and model, not storage/,
  },
  {
    name: 'a test bench that reaches the CLI',
    files: { 'core/src/testing/rig.ts': "import '../cli/main.ts';", 'core/src/cli/main.ts': 'export {};' },
    says: /testing may not import cli/,
  },
  {
    name: 'a room that goes through the front door',
    files: { 'core/src/engine/plan.ts': "import '../plugin.ts';", 'core/src/plugin.ts': 'export {};' },
    says: /engine may not import plugin\.ts: that is the door for others/,
  },
  {
    name: 'a folder the house does not have',
    files: { 'core/src/utils/a.ts': "import '../lib/b.ts';", 'core/src/lib/b.ts': 'export {};' },
    says: /utils\/a\.ts stands in no room/,
  },
  {
    name: 'the container outside of the composition root',
    files: { 'core/src/engine/plan.ts': "import { container } from 'tsyringe';\nexport { container };" },
    says: /engine may not import tsyringe: it belongs to app/,
  },
  {
    name: 'a cycle made of types alone',
    files: {
      'core/src/lib/a.ts': "import type { B } from './b.ts';\nexport interface A { b: B }",
      'core/src/lib/b.ts': "import type { C } from './c.ts';\nexport interface B { c: C }",
      'core/src/lib/c.ts': "export interface C { a: import('./a.ts').A }",
    },
    says: /import cycle: (\S+lib\/a\.ts) -> \S+lib\/b\.ts -> \S+lib\/c\.ts -> \1\n/,
  },
  {
    name: "another package's internals by path",
    files: { 'kit/src/split.ts': "import '../../core/src/lib/a.ts';", 'core/src/lib/a.ts': 'export {};' },
    says: /reaches into packages\/core\/src\/lib\/a\.ts: import other packages by name/,
  },
  {
    name: 'a plugin that imports the embedding API',
    files: {
      'plugin-diatom/src/index.ts': "import type { Runner } from '@dataset-runner/core';\nexport type A = Runner;",
    },
    says: /plugin-diatom may not import @dataset-runner\/core in its sources/,
  },
  {
    name: 'a kit that imports the test bench in its sources',
    files: { 'kit/src/split.ts': "import '@dataset-runner/core/testing';" },
    says: /kit may not import @dataset-runner\/core\/testing in its sources/,
  },
  {
    name: 'an import of a file that is not there',
    files: { 'kit/src/split.ts': "import './nothing.ts';" },
    says: /imports packages\/kit\/src\/nothing\.ts, which does not exist/,
  },
];

describe('the layer check', () => {
  for (const { name, files, says } of refused) {
    it(`reports ${name}`, async () => {
      const { code, output } = await checkLayers(files);
      assert.match(output, says);
      assert.equal(code, 1);
    });
  }

  it('accepts imports downwards, in the same room, and through the doors', async () => {
    const { code, output } = await checkLayers({
      'core/src/lib/a.ts': "export * from './b.ts';",
      'core/src/lib/b.ts': '// import nothing from "../engine/plan.ts"\nexport {};',
      'core/src/engine/plan.ts': "import type {} from '../lib/a.ts';",
      'core/src/plugin.ts': "export * from './lib/a.ts';",
      'core/src/index.ts': "export * from './engine/plan.ts';",
      'core/src/testing/rig.ts': "export * from '../engine/plan.ts';",
      'core/src/testing.ts': "export * from './testing/rig.ts';",
      'core/test/a.test.ts': "import '../src/engine/plan.ts';",
      'kit/src/split.ts': "import '@dataset-runner/core/plugin';\nimport 'node:fs';",
      'plugin-diatom/src/index.ts': "import '@dataset-runner/core/plugin';\nimport '@dataset-runner/kit/split';",
      'plugin-diatom/test/a.test.ts': "import '@dataset-runner/core/testing';",
    });
    assert.equal(output, '11 files, 0 problems\n');
    assert.equal(code, 0);
  });

  it('finds nothing in this repository', async () => {
    const { code, output } = await runProgram(join(root, 'scripts/check-layers.ts'));
    assert.match(output, /^\d+ files, 0 problems\n$/);
    assert.equal(code, 0);
  });
});
