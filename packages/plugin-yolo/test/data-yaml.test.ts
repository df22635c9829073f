import assert from 'node:assert/strict';
import { readDataYaml } from '../src/validate/data-yaml.ts';
import { layOut } from '../src/validate/layout.ts';

describe('data.yaml', () => {
  it('reads every form of names and splits that Ultralytics reads', () => {
    const read = (text: string) => readDataYaml(text, 'd').data;
    assert.deepEqual(read('train: [a, "b c"]\nvalidation:\n  - x # why\n  - y\nnames: [p, q]\n'), {
      splits: { train: ['a', 'b c'], val: ['x', 'y'] },
      names: ['p', 'q'],
      classCount: 2,
    });
    assert.deepEqual(read('train: a\nval: b\nkpt_shape: [17, 3]\nnames: {0: person, 1: "a, b"}\n'), {
      splits: { train: ['a'], val: ['b'] },
      names: ['person', 'a, b'],
      classCount: 2,
      keypoints: { points: 17, values: 3 },
    });
  });

  it('reads brackets that go on over several lines', () => {
    const text = "train: a\nval: b\nnames: ['x, y', # first\n  z,\n]\nflip_idx: [0,\n 1] # why\n";
    const { data, findings } = readDataYaml(text, 'd');
    assert.deepEqual(findings, []);
    assert.deepEqual(data, { splits: { train: ['a'], val: ['b'] }, names: ['x, y', 'z'], classCount: 2 });
  });

  it('names the line of a bracket that another one closes', () => {
    const { findings } = readDataYaml('train: a\nval: b\nnc: 2\nnames: [x, {y\nz: 1}\n', 'd');
    assert.deepEqual(
      findings.map(({ code, line }) => `${code} ${line}`),
      ['data-unreadable 4'],
    );
  });

  it('takes for text what stands in quotes', () => {
    const named = (text: string): unknown => readDataYaml(`train: a\nval: b\nnames: ${text}\n`, 'd').data.names;
    assert.deepEqual(named(`\n  0: "lesion #1" # the first\n  1: 'lesion #2'\n  2: driver's # seat`), [
      'lesion #1',
      'lesion #2',
      "driver's",
    ]);
    assert.deepEqual(named(`['a, b' , "c #1",'it''s, too']`), ['a, b', 'c #1', "it's, too"]);
    assert.deepEqual(named(`{0: 'it''s, so', 1: "c #1" }`), ["it's, so", 'c #1']);
  });

  it('finds images as Roboflow names them, from a folder that is not there', () => {
    const { data } = readDataYaml('train: ../train/images\nval: ../valid/images\nnames: [a]\n', 'data.yaml');
    const files = ['train/images/a.png', 'valid/images/b.png'].map((key) => ({ key }));
    const { images, findings } = layOut(files, data, new Map(), 'data.yaml');
    assert.deepEqual(findings, []);
    assert.deepEqual(
      images.map(({ file, split }) => `${split} ${file.key}`),
      ['train train/images/a.png', 'val valid/images/b.png'],
    );
  });

  it('takes a key of its own for a split where images are meant', () => {
    const own = 'version: 3\nlicense: CC BY 4.0\nurl: https://example.org/set\nlive: live\nstaging: staging/images\n';
    const { data } = readDataYaml(`train: images\nval: val\nnames: [a]\n${own}`, 'data.yaml');
    const files = ['images/a.png', 'live/b.png'].map((key) => ({ key }));
    const { images, findings } = layOut(files, data, new Map(), 'data.yaml');
    assert.deepEqual(
      images.map(({ split }) => split),
      ['train', 'live'],
    );
    assert.deepEqual(
      findings.map(({ code, message }) => `${code}: ${message}`),
      ['split-empty: val has no images in val', 'split-empty: staging has no images in staging/images'],
    );
  });

  it('finds images below `path` where they are not beside data.yaml', () => {
    const { data } = readDataYaml('path: ./set\ntrain: images\nval: val\nnames: [a]\n', 'data.yaml');
    const files = ['images/a.png', 'set/images/b.png', 'set/val/c.png'].map((key) => ({ key }));
    const { images, findings } = layOut(files, data, new Map(), 'data.yaml');
    assert.deepEqual(findings, []);
    assert.deepEqual(
      images.map(({ file, split }) => `${split} ${file.key}`),
      ['train images/a.png', 'val set/val/c.png'],
    );
  });
});
