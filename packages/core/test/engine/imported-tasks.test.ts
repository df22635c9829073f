import assert from 'node:assert/strict';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';
import { countsOf, worked } from './support.ts';

const entry = `
import { definePlugin } from '@dataset-runner/core/plugin';
export default definePlugin({
  name: 'many',
  api: 1,
  tasks: {
    one: async () => (await import('./one.ts')).one,
    other: async () => (await import('./other.ts')).other,
  },
});
`;

/** A task of its own module, which says in the work log when it is imported, and by which thread. */
function task(name: string, step: string): string {
  return `
import { appendFileSync, existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const say = (text: string) => appendFileSync(process.env.WORKLOG!, text + '\\n');
say('import ${name} ' + isMainThread);
if ('${name}' === 'one' && existsSync('no-licence')) throw new Error('no licence');
const write = defineStep({
  name: '${step}',
  needs: { cpu: true },
  async work(item: string, { output }) { return output.write(item, '${name}'); },
});
const stop = defineStep({ name: 'stop-${name}', async work() { say('stop ${name}'); } });
export const ${name} = defineTask({
  summary: 'Writes two files.',
  params: z.object({ crash: z.boolean().default(false) }),
  steps: { write, stop },
  async run({ params, map, atEnd }) {
    await atEnd(stop, null);
    await map(write, ['a', 'b'], { into: './${name}' }).toArray();
    if (params.crash) process.kill(process.pid, 'SIGKILL');
  },
});
`;
}

function manyRig(): Promise<ProjectRig> {
  return createRig({
    config: 'plugins: [./many.ts]\n',
    files: {
      'many.ts': entry,
      'one.ts': task('one', 'write-one'),
      'other.ts': task('other', 'write-other'),
      'work.log': '',
    },
    env: { WORKLOG: './work.log' },
  });
}

describe('a task that is imported when it is run', function () {
  this.timeout(60_000);

  it('is listed, and then alone imported, here and in workers', async () => {
    await using rig = await manyRig();
    assert.match((await rig.runner('tasks')).stdout, /many:one[^]*many:other/);
    rig.write('work.log', '');
    const { code, report } = await rig.json('run', 'many:one');
    assert.equal(code, 0);
    assert.equal(countsOf(report, 'write-one')['done'], 2);
    assert.equal(rig.read('one/a'), 'one');
    assert.deepEqual([...worked(rig, 'import ').keys()].sort(), ['import one false', 'import one true']);
  });

  it('is found again for its left-over work, whatever runs next', async () => {
    await using rig = await manyRig();
    await rig.runner('run', 'many:one', '--crash');
    assert.equal(worked(rig).get('stop one'), undefined);
    assert.equal((await rig.runner('run', 'many:other')).code, 0);
    assert.equal(worked(rig).get('stop one'), 1);
  });

  it('fails by the name of its plugin when its import throws, and leaves the others alone', async () => {
    await using rig = await manyRig();
    assert.equal((await rig.runner('tasks')).code, 0);
    // The manifest is kept by what the files say: what else they depend on may break later.
    rig.write('no-licence', '');
    const { code, stderr } = await rig.runner('run', 'many:one');
    assert.equal(code, 3);
    assert.match(stderr, /many\.ts[^]*no licence/);
    assert.equal((await rig.runner('run', 'many:other')).code, 0);
  });
});
