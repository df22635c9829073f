import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ClassFile, writeClassHdf5 } from '../src/classify/class-hdf5.ts';

const file: ClassFile = {
  bin: 'D20240101T000000_IFCB199',
  model: 'cnn',
  classes: ['Diatom', 'Ciliate'],
  thresholds: [0.5, 0.5],
  scores: Float32Array.of(0.9, 0.1, 0.4, 0.6),
  rois: [1, 3],
  best: [0, 1],
  names: ['Diatom', 'Ciliate'],
};

describe('a class file', function () {
  this.timeout(20_000);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'class-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('has the same bytes whenever it is written, and leaves the clock as it was', async () => {
    const { now } = Date;
    await writeClassHdf5(join(dir, 'one.h5'), file);
    assert.equal(Date.now, now);
    // HDF5 counts seconds: in another one a timestamp would be another.
    await wait(1_100);
    await writeClassHdf5(join(dir, 'two.h5'), file);
    assert.ok(readFileSync(join(dir, 'one.h5')).equals(readFileSync(join(dir, 'two.h5'))));
  });
});
