import assert from 'node:assert/strict';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { isData } from '../src/images/choose-images.ts';
import { lightOf } from '../src/images/light.ts';
import { done, emptyProject, failed, textsIn } from './support/registry.ts';
import { paintedPng } from './support/painted-png.ts';

const flat = (value: number) => paintedPng(16, () => [value, value, value]);

describe('the ready stages for images', function () {
  this.timeout(60_000);

  it('measure light as defined: V of HSV, and variance of luma along the rows', () => {
    const image = { data: Uint8Array.of(10, 200, 30, 0, 0, 0), width: 2, height: 1, channels: 3 } as const;
    const luma = (19595 * 10 + 38470 * 200 + 7471 * 30 + 32768) >> 16;
    assert.deepEqual(lightOf(image), { brightness: 100, variance: (luma / 2) ** 2 });
    const withAlpha = { data: Uint8Array.of(9, 255, 11, 0), width: 2, height: 1, channels: 2 } as const;
    assert.deepEqual(lightOf(withAlpha), { brightness: 10, variance: 1 });
    const columns = { data: Uint8Array.of(0, 0, 255, 255), width: 2, height: 2, channels: 1 } as const;
    assert.deepEqual(lightOf(columns), { brightness: 127.5, variance: 0 }, 'what differs between rows does not count');
  });

  it('pass over what DVC and git keep beside data', () => {
    const keys = ['a.jpg', 'a.dvc', '.gitignore', 'x/.gitignore', 'dvc.yaml', 'x/dvc.lock', '.dvc/config', 'x/b.png'];
    assert.deepEqual(keys.filter(isData), ['a.jpg', 'x/b.png']);
  });

  it('keep whole images under their own paths, and name what is broken', async () => {
    const whole = flat(100);
    const noise = paintedPng(48, (x, y) => [(x * 7919) % 256, (y * 104_729) % 256, (x * y) % 256]);
    await using rig = await emptyProject({
      'in/one/a.png': whole,
      'in/two/a.png': flat(120),
      'in/two/cut.png': noise.subarray(0, noise.length / 2),
      'in/two/text.png': 'no picture',
      'in/two.dvc': 'outs: []',
      'in/.gitignore': '/two\n',
    });
    const { kept, dropped } = await sorted(rig, 'remove-corrupted', 'in', 'out');
    assert.equal(kept, 2);
    assert.deepEqual(Object.keys(textsIn(rig, 'out')), ['one/a.png', 'two/a.png']);
    assert.deepEqual(
      dropped.map(({ key }) => key),
      ['two/cut.png', 'two/text.png'],
    );
  });

  it('take no image of a kind that is not decoded for a broken one', async () => {
    const bmp = Buffer.from(
      '424d3a0000000000000036000000280000000100000001000000010018000000000004000000000000000000',
      'hex',
    );
    const picture = Buffer.concat([bmp, Buffer.alloc(58 - bmp.length)]);
    await using rig = await emptyProject({
      'in/a.bmp': picture,
      'in/a.png': flat(100),
      'in/text.bmp': 'BM, no picture',
    });
    const why = 'a BMP image, which is not read here; convert it, for instance to PNG';
    for (const task of ['remove-corrupted', 'remove-dark-and-bright', 'classify-day-night-foggy']) {
      const { kept, dropped, unread } = await sorted(rig, task, 'in', `out-${task}`);
      assert.deepEqual([kept, dropped.map(({ key }) => key), unread], [1, ['text.bmp'], [{ key: 'a.bmp', why }]], task);
    }
    const { stdout } = await rig.runner('run', 'registry:remove-corrupted', './in', './out-remove-corrupted');
    assert.match(stdout, /1 images kept, 1 left out, 1 not read\n {2}a\.bmp: a BMP image/);
    const { images, corrupt, unread } = await done(rig, 'check', './in');
    assert.deepEqual([images, corrupt, unread], [3, 1, 1]);
    const report = JSON.parse(rig.read('reports/check.json')) as Record<'unread' | 'corrupt', { path: string }[]>;
    assert.deepEqual([report.unread, report.corrupt.map(({ path }) => path)], [[{ path: 'a.bmp', why }], ['text.bmp']]);
    assert.match(rig.read('reports/check.html'), /not read/);
  });

  it('never touch the images they choose from, and take no missing place for an empty one', async () => {
    await using rig = await emptyProject({ 'in/dark.png': flat(30), 'in/sub/light.png': flat(100) });
    const places = [
      ['./in', './in'],
      ['./in', 'in/'],
      ['./in', rig.path('in')],
      ['./in', './in/out'],
    ] as const;
    for (const [from, out] of places)
      for (const dark of ['20', '50'])
        assert.equal(
          (await failed(rig, 'remove-dark-and-bright', from, out, '--dark', dark)).code,
          'usage.invalid',
          out,
        );
    await sorted(rig, 'remove-dark-and-bright', 'in', 'in-light');
    assert.equal((await failed(rig, 'remove-dark-and-bright', './inn', './in-light')).code, 'registry.no-images');
    assert.equal((await failed(rig, 'check', './in', './inn', '--on-leak', 'error')).code, 'registry.no-images');
    // Thresholds that nothing can lie between would empty the place.
    const crossed = ['in', 'in-light', '--dark', '200', '--bright', '20'] as const;
    assert.equal((await rig.runner('run', 'registry:remove-dark-and-bright', ...crossed)).code, 2);
    assert.deepEqual(Object.keys(textsIn(rig, 'in')), ['dark.png', 'sub/light.png']);
    assert.deepEqual(Object.keys(textsIn(rig, 'in-light')), ['dark.png', 'sub/light.png']);
  });

  it('an image at a threshold is in a class: too dark, too bright, day, sharp', async () => {
    const steps = paintedPng(16, (x) => (x % 2 === 0 ? [100, 100, 100] : [60, 60, 60]));
    await using rig = await emptyProject({
      'in/at-dark.png': flat(20),
      'in/above-dark.png': flat(21),
      'in/below-bright.png': flat(199),
      'in/at-bright.png': flat(200),
      'in/sub/steps.png': steps,
    });
    const light = await sorted(rig, 'remove-dark-and-bright', 'in', 'light', '--dark', '20', '--bright', '200');
    assert.deepEqual(
      light.dropped.map(({ key, why }) => `${key} ${why}`),
      ['at-bright.png too bright: 200.0', 'at-dark.png too dark: 20.0'],
    );
    const classed = await sorted(rig, 'classify-day-night-foggy', 'light', 'out', '--day-night', '80', '--fog', '400');
    assert.deepEqual(Object.keys(textsIn(rig, 'out')), [
      'day_images/foggy/below-bright.png',
      'day_images/sharp/sub/steps.png',
      'night_images/foggy/above-dark.png',
    ]);
    assert.deepEqual(classed.classes, { 'day_images/foggy': 1, 'night_images/foggy': 1, 'day_images/sharp': 1 });
    await sorted(rig, 'classify-day-night-foggy', 'light', 'out', '--day-night', '10', '--fog', '400');
    assert.deepEqual(
      Object.keys(textsIn(rig, 'out')),
      ['day_images/foggy/above-dark.png', 'day_images/foggy/below-bright.png', 'day_images/sharp/sub/steps.png'],
      'what moved is not left in its old class',
    );
  });
});

interface Sorted {
  readonly kept: number;
  readonly classes: { readonly [name: string]: number };
  readonly dropped: readonly { readonly key: string; readonly why: string }[];
  readonly unread: readonly { readonly key: string; readonly why: string }[];
}

function sorted(rig: ProjectRig, task: string, from: string, out: string, ...args: string[]): Promise<Sorted> {
  return done<Sorted>(rig, task, `./${from}`, `./${out}`, ...args);
}
