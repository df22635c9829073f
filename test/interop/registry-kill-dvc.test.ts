import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { seeded } from '../../packages/kit/src/seeded.ts';
import { done, registry, textsIn } from '../../packages/plugin-registry/test/support/registry.ts';
import { skip } from '../support/skip.ts';
import { type Dvc, dvcOf } from './dvc.ts';

const pictures = Object.fromEntries(
  Array.from({ length: 1500 }, (_, at) => [`set/${at % 7}/${at}.jpg`, `bytes of ${at}`]),
);

describe('registry killed and run again, judged by stock dvc 3.67.1', function () {
  this.timeout(300_000);
  let dvc: Dvc;
  before(function () {
    this.timeout(600_000);
    const found = dvcOf('3.67.1', 'dvc[s3]==3.67.1');
    if (typeof found === 'string') skip(this, found);
    dvc = found;
  });

  it('add, push and pull, each killed at a random moment, end as if nothing had happened', async function () {
    const seed = Date.now() % 1_000_000;
    const random = seeded(seed);
    await using rig = await registry(pictures);
    const wanted = textsIn(rig, 'set');
    const sayings: string[] = [];
    for (const task of ['add', 'push', 'pull']) {
      if (task === 'pull') for (const gone of ['set', '.dvc/cache']) rmSync(rig.path(gone), { recursive: true });
      const args = task === 'add' ? ['set'] : [];
      // From the first object that moves to about the end.
      const ms = random.below(600);
      const signal = await killed(rig, task === 'push' ? 'storage' : '.dvc/cache', ms, `registry:${task}`, ...args);
      sayings.push(`${task} ${ms} ms after its first object: ${signal ?? 'it had ended'}`);
      await done(rig, task, ...args);
      const told = `seed ${seed}; ${sayings.join('; ')}`;
      assert.equal(dvc.status(rig.dir), '', told);
      if (task !== 'add') assert.equal(dvc.status(rig.dir, '-c'), '', told);
      assert.deepEqual(textsIn(rig, 'set'), wanted, told);
    }
    assert.ok(
      sayings.some((each) => each.endsWith('SIGKILL')),
      sayings.join('; '),
    );
  });
});

/** Starts a task, and kills it some time after a folder appeared; tells the signal that ended it. */
async function killed(
  rig: ProjectRig,
  folder: string,
  afterMs: number,
  ...args: readonly string[]
): Promise<NodeJS.Signals | undefined> {
  const running = rig.start('run', ...args);
  const { process: child } = running;
  const closed = once(child, 'close');
  while (child.exitCode === null && !existsSync(rig.path(folder))) await sleep(5);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await closed;
  return (await running.ended).signal;
}
