import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

const plugin = `import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { definePlugin, defineStep, defineTask, source, z } from '@dataset-runner/core/plugin';
const until = async (path) => { while (!existsSync(path)) await setTimeout(5); };
const make = defineStep({ name: 'make', async work({ name, fails, after }, { output }) {
  if (after !== '') await until(after);
  if (fails) throw new Error('cannot make ' + name);
  await output.write(name, name);
  return name;
} });
const params = z.object({ out: z.string(), names: z.array(z.string()).default(['a']), fails: z.boolean().default(false),
  after: z.string().default(''), note: z.string().default(''),
  list: source(z.array(z.number())).default([]) });
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

  it('is held against the params of its tasks before its first entry runs, and by a dry run and doctor', async () => {
    await using rig = await createRig({
      files: { 'p.ts': plugin },
      config: `plugins: [./p.ts]
tasks:
  p:many: { after: 4 }
pipelines:
  p:
    - p:many: { out: ./first }
    - p:many: { out: ./second, names: x, note: '\${{ many.note }}' }
      id: second
    - p:many: { out: ./third, after: '', naems: [x] }
      id: third
    - p:many: { after: 'x' }
      id: fourth
`,
    });
    const problems = [
      ['tasks.p:many.after', 'must be text, not a whole number', 3],
      ['pipelines.p[1].names', 'must be a list, not text', 7],
      ['pipelines.p[2].naems', 'p:many has no param naems; did you mean names?', 9],
      [
        'pipelines.p[3].out',
        'is required: give --out, set RUNNER_P_MANY_OUT, or write out under tasks: in runner.yaml',
        11,
      ],
    ];
    for (const args of [
      ['run', 'p'],
      ['run', 'p', '--dry-run'],
    ]) {
      const { code, report } = await rig.json(...args);
      assert.equal(code, 2);
      const { failure } = report as {
        failure: { code: string; problems: { path: string; message: string; line: number }[] };
      };
      assert.equal(failure.code, 'pipeline.invalid');
      assert.deepEqual(
        failure.problems
          .map(({ path, message, line }) => [path, message, line])
          .toSorted((a, b) => Number(a[2]) - Number(b[2])),
        problems,
      );
    }
    assert.equal(rig.exists('first'), false);
    const { code, stdout } = await rig.runner('doctor');
    assert.equal(code, 3);
    assert.match(stdout, /pipelines\.p\[1\]\.names +must be a list, not text \(runner\.yaml:7:/);
    assert.equal(stdout.match(/has no param naems/g)?.length, 1);
  });

  it('is not held against outputs, data and values of the environment before the turn of its entry', async () => {
    await using rig = await createRig({
      files: { 'p.ts': plugin },
      env: { RUNNER_P_MANY_NAMES: '["[1]"]' },
      config: `plugins: [./p.ts]
pipelines:
  p:
    - p:many: { out: ./first, names: 4 }
    - p:many: { out: './\${{ many.names[0] }}', list: './first/[1]' }
      id: second
`,
    });
    const { code, stderr } = await rig.runner('run', 'p');
    assert.equal(code, 0, stderr);
    assert.ok(rig.exists('first/[1]'));
    assert.ok(rig.exists('[1]/[1]'));
  });
});
