import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAdc } from '../src/bins/adc.ts';
import { parseBinId } from '../src/bins/bin-id.ts';
import { parseHeader } from '../src/bins/header.ts';
import { type Volume, volumesOf } from '../src/bins/volume.ts';
import { madeBin } from './support/made-bins.ts';
import { realBins, realData, readOracle } from './support/real-bins.ts';

const v2 = parseBinId('D20240102T030405_IFCB199')!;

/** Volumes of a made bin whose rows were changed. */
function volumesOfMade(change: (cells: string[], row: number) => void, header = {}) {
  const bin = madeBin(
    Array.from({ length: 12 }, () => ({ width: 40, height: 30 })),
    { header },
  );
  const lines = bin.adc
    .trim()
    .split('\n')
    .map((line, row) => {
      const cells = line.split(',');
      change(cells, row);
      return cells.join(',');
    });
  const adc = parseAdc(Buffer.from(lines.join('\n')), { style: 'v2', file: 'a.adc' });
  return volumesOf({ id: v2, header: parseHeader(Buffer.from(bin.hdr), { file: 'a.hdr' }), adc });
}

describe('volume analysed', () => {
  for (const [id, base] of Object.entries(realBins)) {
    it(`is that of the oracle for ${id}, by every way`, function () {
      const path = join(realData(this, 'raw', 'test_data'), base);
      const expected = readOracle(this)[id]!;
      const header = parseHeader(readFileSync(`${path}.hdr`), { file: 'hdr' });
      const binId = parseBinId(id)!;
      const adc = parseAdc(readFileSync(`${path}.adc`), { style: binId.style, file: 'adc' });
      const { header: told, adc: rows, best } = volumesOf({ id: binId, header, adc });
      const near = (volume: Volume | undefined, facts: typeof expected.ml): void => {
        assert.ok(Math.abs(volume!.ml - facts!.ml_analyzed) < 1e-12, `${volume!.ml} ml, not ${facts!.ml_analyzed}`);
        assert.ok(Math.abs(volume!.runS - facts!.run_time) < 1e-9);
        assert.ok(Math.abs(volume!.lookS - facts!.look_time) < 1e-9);
        if (facts!.inhibit_time !== undefined) assert.ok(Math.abs(volume!.inhibitS - facts!.inhibit_time) < 1e-9);
      };
      if (expected.ml !== undefined) near(rows, expected.ml);
      if (expected.ml_hdr !== undefined) near(told, expected.ml_hdr);
      if (expected.ml_adc !== undefined) near(rows, expected.ml_adc);
      near(best, expected.ml_best ?? expected.ml);
    });
  }

  it('takes the header where the rows agree with it, and the rows where they do not', () => {
    const agreed = volumesOfMade(() => {}, { runTime: 24.3 });
    assert.equal(agreed.best?.runS, 24.3);
    const apart = volumesOfMade(() => {}, { runTime: 30 });
    assert.equal(apart.best?.runS, apart.adc?.runS);
    assert.equal(apart.best?.inhibitS, apart.header?.inhibitS);
  });

  it('carries the usual inhibit time over rows that are wrong', () => {
    const { adc } = volumesOfMade((cells, row) => {
      if (row >= 10) cells[23] = '0';
    });
    assert.ok(Math.abs(adc!.inhibitS - 12 * 0.0993) < 1e-9);
  });

  it('takes off a run time that was carried over from an earlier bin', () => {
    const { adc } = volumesOfMade((cells) => {
      cells[22] = String(Number(cells[22]) + 500);
    });
    assert.ok(Math.abs(adc!.runS - (24.06 - 0.06)) < 1e-9, String(adc!.runS));
  });

  it('believes the clock when the last run time jumps', () => {
    const { adc } = volumesOfMade((cells, row) => {
      if (row === 11) cells[22] = '90';
    });
    assert.ok(Math.abs(adc!.runS - 24.06) < 1e-9, String(adc!.runS));
  });

  it('has no volume by rows when every inhibit time is 0', () => {
    const { adc, header, best } = volumesOfMade((cells) => {
      cells[23] = '0';
    });
    assert.equal(adc, undefined);
    assert.deepEqual(best, header);
  });

  it('adds a day to the times of a v1 bin that spans midnight', () => {
    const row = (trigger: number, opened: number, grabbed: number): string =>
      `${trigger},1,0,0,0,0,0,${opened},${grabbed},1,1,0,0,1,0`;
    const text = [row(1, 5, 6), row(2, 8 - 86_400, 9 - 86_400)].join('\n');
    const id = parseBinId('IFCB5_2012_028_235000')!;
    const header = parseHeader(Buffer.from('"x"\n" 1"," 2"," 3"," 4"," 5"," 6"\n'), { file: 'hdr' });
    const { adc } = volumesOf({ id, header, adc: parseAdc(Buffer.from(text), { style: 'v1', file: 'adc' }) });
    assert.deepEqual([adc!.runS, adc!.lookS], [9, 9 - (8 - 6) - 0.073]);
  });
});
