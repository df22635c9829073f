import assert from 'node:assert/strict';
import { parseBinId, parseImageName } from '../src/bins/bin-id.ts';
import { findBins } from '../src/bins/find-bins.ts';
import { parseHeader } from '../src/bins/header.ts';
import type { FileRef } from '@dataset-runner/core/plugin';

const v1 = 'IFCB5_2012_028_081515';
const v2 = 'D20130526T095207_IFCB013';

function refs(...keys: readonly string[]): FileRef[] {
  return keys.map((key) => ({ $type: 'file', store: './raw', key, size: 1 }));
}

describe('names of bins', () => {
  it('tell style, instrument and moment', () => {
    assert.deepEqual(parseBinId(v1), { id: v1, style: 'v1', instrument: 5, startMs: Date.UTC(2012, 0, 28, 8, 15, 15) });
    assert.deepEqual(parseBinId(v2), { id: v2, style: 'v2', instrument: 13, startMs: Date.UTC(2013, 4, 26, 9, 52, 7) });
  });

  for (const name of ['D20130230T095207_IFCB013', 'D20130526T250000_IFCB013', 'IFCB5_2012_367_081515', 'decoy', ''])
    it(`are not '${name}'`, () => assert.equal(parseBinId(name), undefined));

  it('stand in names of images, old ones too', () => {
    assert.deepEqual(parseImageName(`${v2}_00007.png`), { bin: v2, target: 7 });
    assert.deepEqual(parseImageName('IFCB107D20151109T221417P00789.png'), {
      bin: 'D20151109T221417_IFCB107',
      target: 789,
    });
    assert.equal(parseImageName('chloro_0693.png'), undefined);
  });
});

describe('findBins', () => {
  for (const folder of ['', '2012/IFCB5_2012_028/', 'data/2012/IFCB5_2012_028/', 'IFCB5_2012_028/']) {
    it(`finds a bin in '${folder}'`, () => {
      const files = refs(`${folder}${v1}.adc`, `${folder}${v1}.hdr`, `${folder}${v1}.roi`);
      const { bins, leftOut } = findBins(files);
      assert.deepEqual(bins, [{ key: v1, adc: files[0], hdr: files[1], roi: files[2] }]);
      assert.deepEqual(leftOut, []);
    });
  }

  it('passes over skip, beads, foreign folders and foreign names, and says why', () => {
    const { bins, leftOut } = findBins(
      refs(`skip/${v1}.adc`, `beads/${v2}.adc`, `white/D2013/${v2}.adc`, 'D2013/decoy.adc', `D2013/${v2}.roi`),
    );
    assert.deepEqual(bins, []);
    assert.deepEqual(
      leftOut.map(({ why }) => why),
      [
        "it lies in 'skip'",
        "it lies in 'beads'",
        "the folder 'white' is not part of its name",
        'its name is not that of a bin',
      ],
    );
  });

  it('takes a correction from beside the bins or from a place of its own', () => {
    const files = refs(`data/${v2}.adc`, `adcmod/D20130526/${v2}.adc.mod`);
    assert.equal(findBins(files).bins[0]?.corrected, files[1]);
    const [fix] = refs(`D20130526/${v2}.adc.mod`);
    assert.equal(findBins(refs(`${v2}.adc`), { corrections: [fix!] }).bins[0]?.corrected, fix);
  });
});

describe('parseHeader', () => {
  const read = (text: string) => parseHeader(Buffer.from(text), { file: 'a.hdr' });

  it('reads keys in any case, the last of two, and the position', () => {
    const header = read(
      'SoftwareVersion: Imaging FlowCytobot Acquisition Software version 2.1\nsyringe number 75\nRunTime: 12.5\t\nrunType: BEADS\nruntype: NORMAL\ngpsLatitude: 59.1\nPumpStates: \n',
    );
    assert.deepEqual([header.runTimeS, header.isBeads, header.latitude], [12.5, false, 59.1]);
    assert.equal(header.fields.get('pumpstates'), '');
    assert.equal('inhibitTimeS' in header, false);
  });

  it('tells no position that is not on earth', () => {
    const of = (place: string) => read(`SoftwareVersion: 2.1\ngpsLatitude: ${place}\ngpsLongitude: ${place}\n`);
    assert.deepEqual([of('-45.5').latitude, of('-45.5').longitude], [-45.5, -45.5]);
    for (const place of ['-999', 'nan', '']) {
      const told = Object.keys(of(place));
      assert.ok(!told.includes('latitude') && !told.includes('longitude'), place);
    }
  });

  it('reads the prose of 2010', () => {
    const header = read(
      'Imaging FlowCytobot Acquisition Software version 2.0; May 2010\nSample Date 1/2/2010\nrun time = 1200.5 s   inhibit time = 33.25 s\n21.5 temperature, 40.25 humidity\n',
    );
    assert.deepEqual(
      [header.runTimeS, header.inhibitTimeS, header.temperatureC, header.humidityPercent],
      [1200.5, 33.25, 21.5, 40.25],
    );
  });

  it('names a quoted header whose values were cut, with the byte', () => {
    assert.throws(() => read('"a"\n" 1"," 2"\n'), /a\.hdr, byte 4: the last line has 2 values, not 6/);
  });
});
