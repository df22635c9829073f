import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import sharp from 'sharp';
import { binFiles, madeBin } from './support/made-bins.ts';
import { ifcbProject } from './support/project.ts';

const images = [{ width: 40, height: 30 }, {}, { width: 64, height: 20 }];
const whole = madeBin(images);
const cutRow = whole.adc.slice(0, whole.adc.lastIndexOf(',64,20'));
const good = 'D20240101T000000_IFCB199';
const bad = 'D20240101T010000_IFCB199';
const last = 'D20240101T230000_IFCB199';
const idOf = (hour: number): string => `D20240101T${String(hour).padStart(2, '0')}0000_IFCB199`;

/** What becomes of one broken bin beside a good one. */
const broken = {
  'an .roi file cut in transfer': {
    bin: { ...whole, roi: whole.roi.subarray(0, 2000) },
    code: 'ifcb.roi-truncated',
    message: /raw\/D20240101T\d{6}_IFCB199\.roi ends at byte 2000; image 3 needs its bytes 1200 to 2480/,
  },
  'an .adc file cut in the middle of a row': {
    bin: { ...whole, adc: cutRow },
    code: 'ifcb.adc-invalid',
    message: /T\d{6}_IFCB199\.adc, line 3 at byte \d+: 15 values, not 24 or more/,
  },
  'a row whose size is no number': {
    bin: { ...whole, adc: whole.adc.replace(',64,20', ',64,2x') },
    code: 'ifcb.adc-invalid',
    message: /T\d{6}_IFCB199\.adc, line 3 at byte \d+: roiHeight is '2x', not a whole number/,
  },
  'an empty header': {
    bin: { ...whole, hdr: '' },
    code: 'ifcb.header-invalid',
    message: /T\d{6}_IFCB199\.hdr, byte 0: the file is empty/,
  },
  'a header of no known form': {
    bin: { ...whole, hdr: '<html>not found</html>' },
    code: 'ifcb.header-invalid',
    message: /begins with '<html>not found<\/html>', no known form/,
  },
  'an empty bin': {
    bin: { ...whole, adc: '', roi: new Uint8Array(0) },
    code: 'ifcb.bin-empty',
    message: /T\d{6}_IFCB199\.adc is empty: 0 bytes, no trigger/,
  },
  'a bin of rows without an image': {
    bin: madeBin([{}, {}]),
    code: 'ifcb.bin-empty',
    message: /T\d{6}_IFCB199\.adc has 2 rows and no image/,
  },
};

const extract = ['run', 'ifcb:extract', './raw', '--out', './images'] as const;

interface Reported {
  readonly code: string;
  readonly message: string;
  readonly at: { readonly item: string };
}

describe('ifcb:extract in trouble', function () {
  this.timeout(60_000);

  it('names every broken bin by file and byte, and extracts the ones beside it', async () => {
    const cases = Object.entries(broken).map(([what, row], index) => ({ what, ...row, id: idOf(index + 1) }));
    const bins = Object.fromEntries(cases.map(({ id, bin }) => [id, bin]));
    await using rig = await ifcbProject({ [good]: whole, ...bins, [last]: whole });
    const { code, report } = await rig.json(...extract);
    assert.equal(code, 1);
    const failures = new Map((report['failures'] as Reported[]).map((failure) => [failure.at.item, failure]));
    for (const { what, id, code: expected, message } of cases) {
      assert.equal(failures.get(id)?.code, expected, what);
      assert.match(failures.get(id)!.message, message, what);
    }
    assert.equal(failures.size, cases.length);
    assert.deepEqual(
      readdirSync(rig.path('images')).filter((name) => !name.startsWith('.')),
      [good, last],
    );
    for (const id of [good, last])
      assert.deepEqual(readdirSync(rig.path('images', id)).sort(), [`${id}_00001.png`, `${id}_00003.png`]);
  });

  it('names a bin that lacks a file, and one that lies in two folders', async () => {
    await using rig = await ifcbProject({ [good]: whole });
    rig.write(`raw/${bad}.adc`, whole.adc);
    rig.write(`raw/${bad}.hdr`, whole.hdr);
    const twice = 'D20240101T020000_IFCB199';
    for (const [path, bytes] of Object.entries({
      ...binFiles('raw/D20240101', { [twice]: whole }),
      ...binFiles('raw/D2024/D20240101', { [twice]: whole }),
    }))
      rig.write(path, bytes);
    const { code, report } = await rig.json(...extract);
    assert.equal(code, 1);
    const failures = report['failures'] as Reported[];
    assert.deepEqual(failures.map((failure) => failure.code).sort(), ['ifcb.bin-duplicate', 'ifcb.bin-incomplete']);
    assert.match(failures.find(({ at }) => at.item === bad)!.message, /has no \.roi file beside \.\/raw\//);
    assert.match(
      failures.find(({ at }) => at.item === twice)!.message,
      /lies in 'D2024\/D20240101' and in 'D20240101'/,
    );
  });

  it('tells what it left out when a place has no bins', async () => {
    await using rig = await ifcbProject();
    for (const [path, bytes] of Object.entries(binFiles('raw/other', { [good]: whole }))) rig.write(path, bytes);
    const { code, report } = await rig.json(...extract);
    assert.notEqual(code, 0);
    const [failure] = report['failures'] as Reported[];
    assert.equal(failure!.code, 'ifcb.no-bins');
    assert.match(
      failure!.message,
      /1 \.adc files were left out, first other\/D2024.*the folder 'other' is not part of its name/,
    );
    assert.equal((await rig.runner(...extract, '--folders', 'other')).code, 0);
  });
});

describe('ifcb:extract with options', function () {
  this.timeout(60_000);

  it('keeps empty bins, passes over beads and small images, and counts them', async () => {
    await using rig = await ifcbProject({
      [good]: whole,
      [bad]: { ...whole, adc: '', roi: new Uint8Array(0) },
      D20240101T030000_IFCB199: madeBin(images, { header: { runType: 'BEADS' } }),
    });
    const { code, report, stderr } = await rig.json(...extract, '--empty', 'keep', '--skip-beads', '--min-size', '50');
    assert.equal(code, 0, stderr);
    assert.deepEqual(report['result'], { images: './images', bins: 3, count: 1, small: 1, beads: 1 });
  });

  it('stretches the grays and draws a scale bar where asked', async () => {
    await using rig = await ifcbProject({ [good]: whole });
    const args = ['--normalise', '--scale-bar-um', '10', '--pixels-per-um', '2'];
    assert.equal((await rig.runner(...extract, ...args)).code, 0);
    const { data, info } = await sharp(rig.path('images', good, `${good}_00001.png`))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [40, 40]);
    const image = data.subarray(0, 40 * 30);
    assert.deepEqual([Math.min(...image), Math.max(...image)], [0, 255]);
    assert.equal(data.subarray(40 * 34, 40 * 36).filter((gray) => gray === 0).length, 2 * 20);
  });

  it('reads a corrected .adc in place of the one it corrects', async () => {
    const later = whole.adc.replace('100,200,40,30', '100,200,30,40');
    await using rig = await ifcbProject({ [good]: whole });
    rig.write(`adcmod/D20240101/${good}.adc.mod`, later);
    assert.equal((await rig.runner(...extract, '--corrections', './adcmod')).code, 0);
    const { width, height } = await sharp(rig.path('images', good, `${good}_00001.png`)).metadata();
    assert.deepEqual([width, height], [30, 40]);
  });
});
