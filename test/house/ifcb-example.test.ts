import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRig } from '@dataset-runner/core/testing';
import { drawBin } from '../../examples/ifcb/draw-bin.ts';
import { writeCruise } from '../../examples/ifcb/write-cruise.ts';
import { realBins, realData } from '../../packages/plugin-ifcb/test/support/real-bins.ts';

const example = join(import.meta.dirname, '../../examples/ifcb/project/runner.yaml');

function project() {
  return createRig({
    packages: ['@dataset-runner/plugin-ifcb', '@dataset-runner/kit'],
    config: readFileSync(example, 'utf8'),
    files: {},
  });
}

describe('the IFCB example', function () {
  this.timeout(180_000);

  it('goes from raw bins to SeaBASS, PIVOT, EcoTaxa and a report in one command, and does nothing twice', async () => {
    await using rig = await project();
    writeCruise(rig.path('source'), { bins: 2, images: 9 });
    const { code, stderr } = await rig.runner('run', 'publish');
    assert.equal(code, 0, stderr);
    assert.equal(readdirSync(rig.path('seabass')).filter((name) => name.endsWith('.sb')).length, 2);
    assert.equal(readdirSync(rig.path('ecotaxa')).filter((name) => name.endsWith('.zip')).length, 2);
    assert.ok(rig.exists('pivot.db'));
    // 8 of 9 triggers have an image.
    assert.match(rig.read('report/report.html'), /<dd>16<\/dd>/);
    const again = await rig.runner('run', 'publish');
    assert.equal(again.code, 0, again.stderr);
    for (const step of [
      'extract-bin',
      'measure-bin',
      'classify-sample',
      'write-sb-file',
      'pack-ecotaxa',
      'summarise-bin',
    ])
      assert.match(again.stdout, new RegExp(`${step} +2 reused`));
  });

  it('takes real bins, both kinds of instrument', async function () {
    const raw = realData(this, 'raw', 'test_data');
    await using rig = await project();
    writeCruise(rig.path('source'), { bins: 0, images: 0 });
    for (const [id, path] of Object.entries(realBins))
      for (const kind of ['adc', 'hdr', 'roi'])
        cpSync(join(raw, `${path}.${kind}`), rig.path(`source/raw/${id}.${kind}`));
    const rows = Object.keys(realBins).map((id) => `${id},41.3,-70.5\n`);
    rig.write('source/stations.csv', `bin,lat,lon\n${rows.join('')}`);
    rig.write(
      'runner.yaml',
      readFileSync(example, 'utf8').replace('[./qc/qc.csv]', '[./source/stations.csv, ./qc/qc.csv]'),
    );
    const { code, stdout } = await rig.runner('run', 'publish');
    assert.equal(code, 0, stdout);
    const [name] = readdirSync(rig.path('seabass')).filter((file) => file.includes('IFCB5_2012'));
    const sb = rig.read(`seabass/${name}`);
    assert.match(sb, /^\/volume_imaged_ml=0\.0034$/m);
    assert.match(sb, /^\/instrument_model=Imaging_FlowCytobot_IFCB5$/m);
    // Images 3 and 4 are two halves of one.
    assert.deepEqual(
      [...sb.matchAll(/^IFCB5_2012_028_081515_0000(\d)\.png,/gm)].map(([, roi]) => roi),
      ['1', '2', '3', '5', '6'],
    );
  });

  it('is made of bins that are the same for the same seed', () => {
    assert.deepEqual(drawBin({ seed: 'a', images: 5 }), drawBin({ seed: 'a', images: 5 }));
    assert.notDeepEqual(drawBin({ seed: 'a', images: 5 }), drawBin({ seed: 'b', images: 5 }));
  });
});
