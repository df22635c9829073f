import assert from 'node:assert/strict';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, registry } from '../support/registry.ts';

describe('the run cache', function () {
  this.timeout(60_000);

  it('a run of another size is not taken from the run cache', async () => {
    await using rig = await registry(
      {
        in: 'x',
        'params.yaml': 'size: 1\nnet: {nfiles: 1}\n',
        'dvc.yaml': 'stages:\n  a: {cmd: "cat params.yaml > a", deps: [in], params: [size, net], outs: [a]}\n',
      },
      { remote: false },
    );
    assert.deepEqual(await actions(rig), ['a ran']);
    for (const params of ['size: 2\nnet: {nfiles: 1}\n', 'size: 2\nnet: {nfiles: 2}\n']) {
      rig.write('params.yaml', params);
      assert.deepEqual(await actions(rig), ['a ran']);
      assert.equal(rig.read('a'), params);
    }
    rig.write('params.yaml', 'size: 1\nnet: {nfiles: 1}\n');
    assert.deepEqual(await actions(rig), ['a restored']);
    assert.equal(rig.read('a'), rig.read('params.yaml'));
  });
});

async function actions(rig: ProjectRig): Promise<string[]> {
  const { stages } = await done<{ stages: { stage: string; action: string }[] }>(rig, 'repro');
  return stages.map(({ stage, action }) => `${stage} ${action}`);
}
