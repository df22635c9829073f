import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

const plugin = `import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const until = async (path) => { while (!existsSync(path)) await setTimeout(5); };
const make = defineStep({ name: 'make', async work({ name, fails, after }, { output }) {
  if (after !== '') await until(after);
  if (fails) throw new Error('cannot make ' + name);
  await output.write(name, name);
  return name;
} });
const params = z.object({ out: z.string(), names: z.array(z.string()).default(['a']), fails: z.boolean().default(false),
  after: z.string().default(''), note: z.string().default('') });
const outputs = z.object({ names: z.array(z.string()), note: z.string().optional() });
const many = defineTask({ summary: 'Makes.', params, outputs, steps: { make },
  async run({ params: { names, fails, after, out }, map }) {
    return { names: await map(make, names.map((name) => ({ name, fails, after })), { key: ({ name }) => name, into: out }).toArray() };
  } });
export default definePlugin({ name: 'p', api: 1, tasks: { many } });
`;

const pipelines = `
pipelines:
  side:
    - p:many: { out: ./slow, after: ./quick/x, fails: true }
    - p:many: { out: ./quick, names: [x, y] }
      id: quick
      after: []
  late:
    - p:many: { out: ./first }
    - p:many: { out: ./second, note: '\${{ many.note }}' }
      id: second
`;

function project(): Promise<ProjectRig> {
  return createRig({ config: `plugins: [./p.ts]\n${pipelines}`, files: { 'p.ts': plugin } });
}

describe('a pipeline that runs', function () {
  this.timeout(60_000);

  it('keeps apart what runs side by side, and points at the run that failed', async () => {
    await using rig = await project();
    const { code, report } = await rig.json('run', 'side');
    assert.equal(code, 1);
    const maps = report['maps'] as { name: string; counts: { done: number; failed: number } }[];
    assert.deepEqual(
      maps.map(({ name, counts: { done, failed } }) => [name, done, failed]),
      [
        ['many/make', 0, 1],
        ['quick/make', 2, 0],
      ],
    );
    const failed = (JSON.parse((await rig.runner('runs', '--json')).stdout) as { run: number; failed: number }[]).find(
      (run) => run.failed > 0,
    );
    assert.equal(report['run'], failed?.run);
    rmSync(rig.path('quick'), { recursive: true });
    const { stderr } = await rig.runner('run', 'side');
    const said = stderr.split('\n').flatMap((line) => /make: (.*) in /.exec(line)?.[1] ?? []);
    assert.deepEqual(said.toSorted(), ['0 done, 1 failed', '2 done, 2 B']);
  });

  it('does not say that nothing was run when an entry returned too little', async () => {
    await using rig = await project();
    const { code, stderr } = await rig.runner('run', 'late');
    assert.equal(code, 2);
    assert.match(stderr, /pipeline\.invalid[^]*many returned no note[^]*made is kept/);
    assert.doesNotMatch(stderr, /Nothing was run/);
    assert.equal(rig.read('first/a'), 'a');
  });
});
