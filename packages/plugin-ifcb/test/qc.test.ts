import assert from 'node:assert/strict';
import { readCsv } from '@dataset-runner/kit/csv';
import { tableFromParquet } from '@dataset-runner/kit/table';
import { readFileSync } from 'node:fs';
import { judge } from '../src/qc/judge.ts';
import { binFiles, madeBin } from './support/made-bins.ts';
import { ifcbProject } from './support/project.ts';

const images = [{ width: 40, height: 30 }, {}, { width: 64, height: 20 }];
const whole = madeBin(images);

describe('the age of a position', () => {
  it('is told in UTC, wherever the machine stands', () => {
    const startMs = Date.UTC(2024, 0, 1, 12);
    const limits = { maxImages: 1, maxHumidity: 60, maxTemperature: 45, maxFixAgeH: 2 };
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      for (const gpsTime of ['Jan/01/2024 07:00:00.00 UTC', 'Jan/01/2024 07:00:00.00']) {
        const header = { fields: new Map<string, string>(), isBeads: false, gpsTime };
        const { advisories } = judge({ startMs, missing: [], volumes: {}, header }, limits);
        assert.deepEqual(advisories, ['position is 5 h older than the bin'], gpsTime);
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});

describe('ifcb:qc', function () {
  this.timeout(60_000);

  it('judges every bin, broken ones too, and writes a table and a page', async () => {
    await using rig = await ifcbProject({
      D20240101T000000_IFCB199: whole,
      D20240101T010000_IFCB199: { ...whole, roi: whole.roi.subarray(0, 2000) },
      D20240101T020000_IFCB199: madeBin(images, { header: { roiCount: 3 } }),
      D20240101T030000_IFCB199: madeBin(images, { header: { runTime: 9 } }),
      D20240101T040000_IFCB199: madeBin(images, { header: { SyringeSampleVolume: 0.01 } }),
      D20240101T050000_IFCB199: { ...whole, hdr: '' },
      D20240101T060000_IFCB199: { adc: '', hdr: whole.hdr, roi: new Uint8Array(0) },
      D20240101T070000_IFCB199: madeBin(images, {
        header: {
          runType: 'BEADS',
          humidity: 75,
          temperature: 50,
          gpsTimeFromFix: 'Jan/01/2023 07:00:00.00 UTC',
        },
      }),
      D20240101T080000_IFCB199: { ...whole, adc: whole.adc.replace(',40,30,', ',40,0,') },
    });
    rig.write('raw/D20240101T090000_IFCB199.adc', whole.adc);
    const positions = [
      [95.2, -70.6],
      [41.5, 361],
      [41.5, 289.4],
      [-9999, -9999],
    ];
    for (const [at, [gpsLatitude, gpsLongitude]] of positions.entries())
      for (const [path, content] of Object.entries(
        binFiles('raw', {
          [`D20240101T1${at}0000_IFCB199`]: madeBin(images, { header: { gpsLatitude, gpsLongitude } }),
        }),
      ))
        rig.write(path, content);
    const { code, stderr, report } = await rig.json('run', 'ifcb:qc', './raw', '--out', './qc');
    assert.equal(code, 0, stderr);
    const result = report['result'] as { bins: number; failed: number; advised: number };
    const rows = new Map<string, { readonly [column: string]: string }>();
    for await (const { values } of readCsv(rig.read('qc/qc.csv'), { file: 'qc.csv' }))
      rows.set(values['bin']!.slice(9, 12), values);
    const failing = (hour: string): string[] =>
      Object.entries(rows.get(hour)!).flatMap(([column, value]) =>
        value === 'false' && column !== 'passed' ? [column] : [],
      );
    assert.deepEqual(failing('T00'), []);
    assert.equal(rows.get('T00')!['passed'], 'true');
    assert.deepEqual(failing('T01'), ['roiDataComplete']);
    assert.ok(failing('T02').includes('roiCountMatch'));
    assert.deepEqual(failing('T03'), ['runtimeConsistent']);
    assert.ok(failing('T04').includes('volumePlausible'));
    assert.match(rows.get('T05')!['problem']!, /T050000_IFCB199\.hdr, byte 0: the file is empty/);
    assert.equal(rows.get('T06')!['advisories'], 'empty');
    assert.equal(
      rows.get('T07')!['advisories'],
      'bead run; humidity 75 %; temperature 50 C; position is 8760 h older than the bin',
    );
    assert.deepEqual(
      positions.map((_, at) => {
        const { advisories, passed, latitude, longitude } = rows.get(`T1${at}`)!;
        return [advisories, passed, latitude, longitude];
      }),
      [
        ['position 95.2, -70.6 is not on earth', 'true', '', '-70.6'],
        ['position 41.5, 361 is not on earth', 'true', '41.5', ''],
        ['', 'true', '41.5', '-70.60000000000002'],
        ['', 'true', '', ''],
      ],
    );
    assert.ok(failing('T08').includes('roiDimsValid'));
    assert.deepEqual([failing('T09'), rows.get('T09')!['passed']], [['filesComplete'], 'false']);
    assert.equal(result.bins, 14);
    assert.equal(result.failed, [...rows.values()].filter(({ passed }) => passed === 'false').length);
    const table = await tableFromParquet(readFileSync(rig.path('qc/qc.parquet')));
    assert.equal(table.rows.length, 14);
    assert.equal(table.rows[0]!['images'], 2);
    assert.match(rig.read('qc/qc.html'), /T050000_IFCB199[\s\S]*the file is empty/);
  });

  it('fails no bin for a run time that its last row does not tell, and each whose image begins before its file', async () => {
    const cells = whole.adc.trimEnd().split(',');
    // The last but one of the last row: its run time.
    cells[cells.length - 2] = '';
    await using rig = await ifcbProject({
      D20240101T000000_IFCB199: { ...whole, adc: `${cells.join(',')}\n` },
      D20240101T010000_IFCB199: { ...whole, adc: whole.adc.replace(',40,30,0,', ',40,30,-5,') },
    });
    const { code, stderr } = await rig.json('run', 'ifcb:qc', './raw', '--out', './qc');
    assert.equal(code, 0, stderr);
    const rows = [];
    for await (const { values } of readCsv(rig.read('qc/qc.csv'), { file: 'qc.csv' })) rows.push(values);
    assert.deepEqual(
      rows.map(({ passed, runtimeConsistent, roiDataComplete }) => [passed, runtimeConsistent, roiDataComplete]),
      [
        ['true', '', 'true'],
        ['false', 'true', 'false'],
      ],
    );
  });
});
