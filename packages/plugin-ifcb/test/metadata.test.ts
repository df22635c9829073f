import assert from 'node:assert/strict';
import { unknownMetadata } from '../src/metadata/bin-metadata.ts';
import { flagBits } from '../src/metadata/flag-bits.ts';
import { readMetadata } from '../src/metadata/read-metadata.ts';
import { alongTrack, readTrack } from '../src/metadata/track.ts';
import { joinMetadata, metadataCsv } from '../src/metadata/write-metadata.ts';
import { madeBin } from './support/made-bins.ts';
import { ifcbProject } from './support/project.ts';

const bin = 'D20240101T000000_IFCB199';
const file = 'table.csv';
const startMs = Date.UTC(2024, 0, 1);
const hourMs = 3_600_000;

describe('metadata of bins', () => {
  for (const columns of ['bin,lat,lon,sal', 'pid,Latitude,Longitude,Salinity', 'Sample_ID,y,x,SSS'])
    it(`reads columns called ${columns}`, () => {
      const of = readMetadata(`${columns}\n${bin},41.5,-70.6,33.1\n`, { file }).get(bin);
      assert.deepEqual([of?.latitude, of?.longitude, of?.salinity], [41.5, -70.6, 33.1]);
    });

  it('takes what is missing as missing, whatever it is written as', () => {
    for (const cell of ['', 'NaN', 'NA', '-9999', '-9999.0', 'null', 'None']) {
      assert.equal(readMetadata(`bin,lat\n${bin},${cell}\n`, { file }).get(bin)?.latitude, null, cell);
      assert.deepEqual(readTrack(`time,lat\n2024-01-01,${cell}\n`, { file }).latitude, [], cell);
    }
  });

  it('finds the bin in a cell with blanks around it, an ending or folders', () => {
    for (const cell of [` ${bin} `, `${bin}.adc`, `raw/day/${bin}.adc`, `D:\\ifcb\\${bin}.roi`])
      assert.equal(readMetadata(`lat,bin\n41.5,${cell}\n`, { file }).get(bin)?.latitude, 41.5, cell);
  });

  it('reads the texts of its own tables as they were, also those that look like formulas', () => {
    const written = metadataCsv(new Map([[bin, { ...unknownMetadata, station: '+45N', cruise: '@A' }]]));
    const of = readMetadata(written, { file }).get(bin);
    assert.deepEqual([of?.station, of?.cruise], ['+45N', '@A']);
  });

  it('names a table without a column for the bin, and a cell that is no number', () => {
    assert.throws(() => readMetadata('cruise,lat\nA,1\n', { file }), /ifcb.metadata-column: table\.csv.*cruise, lat/);
    for (const [by, named] of [
      [';', "';'"],
      ['\t', 'tabs'],
    ] as const) {
      const why = new RegExp(`table\\.csv is separated by ${named}, not by commas: .*'time[; ]lat'`);
      assert.throws(() => readMetadata(`time${by}lat\n1${by}2\n`, { file }), why);
      assert.throws(() => readTrack(`time${by}lat\n1${by}2,5\n`, { file }), why);
    }
    assert.throws(
      () => readMetadata(`bin,lat\n${bin},north\n`, { file }),
      /ifcb.metadata-value: table\.csv, line 2: lat is 'north'/,
    );
    assert.throws(() => readTrack('lat,lon\n1,2\n', { file }), /ifcb.metadata-column/);
    assert.throws(() => readTrack('time,lat\nnoon,2\n', { file }), /ifcb.metadata-value/);
  });

  it('adds the bits of all flags that are joined', () => {
    assert.equal(flagBits('good'), 1);
    assert.equal(flagBits('bad focus; flush'), 288);
    assert.equal(flagBits('aborted;questionable_alignment'), 2050);
    assert.equal(flagBits('36'), 36);
    assert.deepEqual(['flush;', '; bad ; flush ;'].map(flagBits), [32, 36]);
    assert.equal(flagBits(';'), undefined);
    assert.equal(flagBits('fine'), undefined);
  });

  it('reads between the points of a track, in whatever order they come', () => {
    const track = readTrack('datetime,lat,lon\n2024/01/01 02:00:00,44,20\n2024-01-01T00:00:00Z,40,10\n', { file });
    const at = alongTrack(track, startMs + hourMs / 2, { maxGapMs: 3 * hourMs });
    assert.deepEqual([at.latitude, at.longitude, at.salinity], [41, 12.5, null]);
  });

  it('gives between two points the digits of a measurement, and not those of computing', () => {
    const track = readTrack('time,lat,lon\n2024-01-01 00:00:00,42.1,-70.1\n2024-01-01 03:00:00,42.4,-69.8\n', { file });
    const at = alongTrack(track, startMs + hourMs, { maxGapMs: 3 * hourMs });
    assert.deepEqual([at.latitude, at.longitude], [42.2, -70]);
    const later = alongTrack(track, startMs + 2 * hourMs, { maxGapMs: 3 * hourMs });
    assert.deepEqual([later.latitude, later.longitude], [42.3, -69.9]);
  });

  it('reads times without a zone as UTC, wherever the machine stands and however they are written', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'America/New_York';
    try {
      for (const time of [
        '01/01/2024 00:00',
        '2024-1-1 00:00:00',
        '1-Jan-2024 00:00:00',
        '2024-01-01',
        '2024-01-01 00:00:00 UTC',
        '2024-01-01 02:00:00 +02:00',
        '2023-12-31T19:00:00-0500',
        'Jan 01 2024 00:00:00 GMT',
        '2024-01-01 02:00:00 UTC+2',
        '2023-12-31 21:00:00 GMT-3',
        'Mon Jan 01 2024 01:00:00 GMT+0100 (CET)',
        '2024/1/1 00:00 (UTC)',
      ])
        assert.equal(readTrack(`time,lat\n${time},4\n`, { file }).latitude[0]?.ms, startMs, time);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('reads dates with the year last in the one order that fits all rows', () => {
    const read = (dates: readonly string[], order?: 'day-first' | 'month-first') =>
      readTrack(`time,lat\n${dates.map((date) => `${date},4\n`).join('')}`, { file, dates: order }).latitude.map(
        ({ ms }) => new Date(ms).toISOString().slice(0, 16),
      );
    const days = ['2024-01-05T06:30', '2024-01-25T00:00'];
    for (const by of ['/', '-', '.']) {
      assert.deepEqual(read([`05${by}01${by}2024 06:30`, `25${by}1${by}2024`]), days);
      assert.deepEqual(read([`1${by}5${by}2024 6:30 AM`, `01${by}25${by}2024`]), days);
    }
    assert.deepEqual(read(['2024-01-25', '05/01/2024 06:30Z'], 'day-first'), days);
    assert.deepEqual(read(['05/01/2024'], 'month-first'), ['2024-05-01T00:00']);
    assert.deepEqual(read(['05/05/2024']), ['2024-05-05T00:00']);
  });

  it('refuses dates that may be two days, that contradict each other, and years of two digits', () => {
    const why = (dates: readonly string[], order?: 'day-first' | 'month-first') => {
      try {
        readTrack(`time,lat\n${dates.map((date) => `${date},4\n`).join('')}`, { file, dates: order });
      } catch (error) {
        return String(error);
      }
      return undefined;
    };
    assert.match(why(['2024-01-01', '05/01/2024'])!, /ifcb.metadata-date: table\.csv, line 3: time is '05\/01\/2024'/);
    assert.match(why(['25/01/2024', '01/25/2024'])!, /line 3: .*month-first, and line 2 day-first/);
    assert.match(why(['25/01/2024'], 'month-first')!, /line 2: .*day-first, and --dates says month-first/);
    assert.match(why(['05/01/24'], 'day-first')!, /line 2: .*two digits/);
    assert.match(why(['31/04/2024'])!, /ifcb.metadata-value.*line 2/);
    assert.match(why(['25/13/2024'])!, /ifcb.metadata-value.*line 2/);
  });

  it('takes no day that the calendar has not, and no plain number for a time', () => {
    for (const time of [
      '2024-02-30 12:00:00',
      '45322.5',
      '5',
      '2024-13-01',
      '2024-2-30 12:00',
      '2024-01-01 12:00 (local)',
    ])
      assert.throws(() => readTrack(`time,lat\n${time},4\n`, { file }), /ifcb.metadata-value.*line 2/, time);
  });

  it('makes up no position before, after or far between the points', () => {
    const track = readTrack('time,lat,lon\n2024-01-01 01:00:00,40,10\n2024-01-01 09:00:00,44,20\n', { file });
    for (const hours of [0, 5, 10])
      assert.equal(alongTrack(track, startMs + hours * hourMs, { maxGapMs: hourMs }).latitude, null, `${hours} h`);
    assert.equal(alongTrack(track, startMs + hourMs, { maxGapMs: hourMs }).latitude, 40);
  });

  it('goes the short way over the date line', () => {
    const track = readTrack('time,lat,lon\n2024-01-01 00:00:00,0,179\n2024-01-01 01:00:00,0,-179\n', { file });
    const { longitude } = alongTrack(track, startMs + hourMs * 0.75, { maxGapMs: 2 * hourMs });
    assert.equal(longitude, -179.5);
  });

  it('takes longitudes up to 360 for those west of Greenwich, and no place that is not on earth', () => {
    const read = (lat: string, lon: string) => readMetadata(`bin,lat,lon\n${bin},${lat},${lon}\n`, { file }).get(bin);
    assert.deepEqual(
      ['180', '180.5', '359.5', '360', '-180'].map((lon) => read('-90', lon)?.longitude),
      [180, -179.5, -0.5, 0, -180],
    );
    const track = readTrack('time,lat,lon\n2024-01-01 00:00:00,1,359\n2024-01-01 01:00:00,1,1\n', { file });
    const at = (minute: number) => alongTrack(track, startMs + minute * 60_000, { maxGapMs: hourMs }).longitude;
    assert.deepEqual([at(0), at(15), at(60)], [-1, -0.5, 1]);
    for (const [lat, lon] of [
      ['90.1', '0'],
      ['0', '-180.1'],
      ['0', '361'],
      ['Infinity', '0'],
    ] as const) {
      assert.throws(() => read(lat, lon), /ifcb.metadata-value: table\.csv, line 2/, `${lat} ${lon}`);
      assert.throws(() => readTrack(`time,lat,lon\n2024-01-01,${lat},${lon}\n`, { file }), /ifcb.metadata-value/);
    }
  });

  it('never mixes half a position of a table with the other half of a track', () => {
    const tables = [readMetadata(`bin,lat,station\n${bin},80,S1\n`, { file })];
    const track = readTrack('time,lat,lon\n2024-01-01 00:00:00,1,2\n', { file });
    const of = joinMetadata(bin, { tables, track, maxGapMs: hourMs });
    assert.deepEqual([of.latitude, of.longitude, of.station], [1, 2, 'S1']);
  });

  it('never mixes half a position of one table, or of one row, with the other half of another', () => {
    const [half, whole] = [`${bin},80,,S1\n`, `${bin},1,2,S2\n`];
    const read = (...rows: string[]) => readMetadata(`bin,lat,lon,station\n${rows.join('')}`, { file });
    const joined = joinMetadata(bin, { tables: [read(half), read(whole)], maxGapMs: 0 });
    for (const known of [joined, read(half, whole).get(bin)!])
      assert.deepEqual([known.latitude, known.longitude, known.station], [1, 2, 'S1']);
  });
});

describe('ifcb:metadata', function () {
  this.timeout(120_000);

  it('joins tables by bin and a track by time, and leaves empty what nobody measured', async () => {
    const made = madeBin([{ width: 8, height: 8 }]);
    await using rig = await ifcbProject({
      [bin]: made,
      D20240101T003000_IFCB199: made,
      D20240102T000000_IFCB199: made,
    });
    rig.write('stations.csv', `bin,station,Depth\n${bin},S1,5\n`);
    rig.write('gps.csv', 'time,lat,lon\n2024-01-01 00:00:00,40,10\n2024-01-01 01:00:00,42,12\n');
    const run = [
      'run',
      'ifcb:metadata',
      './raw',
      '--tables',
      './stations.csv',
      '--track',
      './gps.csv',
      '--out',
      './meta',
    ];
    const { code, stderr, report } = await rig.json(...run);
    assert.equal(code, 0, stderr);
    assert.equal((report['result'] as { withoutPosition: number }).withoutPosition, 1);
    const table = readMetadata(rig.read('meta/metadata.csv'), { file });
    assert.equal(table.get(bin)?.station, 'S1');
    assert.deepEqual(
      [table.get('D20240101T003000_IFCB199')?.latitude, table.get('D20240101T003000_IFCB199')?.longitude],
      [41, 11],
    );
    assert.equal(table.get('D20240102T000000_IFCB199')?.latitude, null);

    // Nothing tells whether the second point is of the 2nd of January or of the 1st of February.
    rig.write('gps.csv', 'time,lat,lon\n01/01/2024 00:00,40,10\n02/01/2024 00:00,42,12\n');
    const refused = await rig.json(...run, '--max-gap-min', '1500');
    assert.match(JSON.stringify(refused.report['failures']), /ifcb.metadata-date.*line 3/);
    assert.equal((await rig.runner(...run, '--max-gap-min', '1500', '--dates', 'day-first')).code, 0);
    assert.equal(readMetadata(rig.read('meta/metadata.csv'), { file }).get('D20240102T000000_IFCB199')?.latitude, 42);
  });
});
