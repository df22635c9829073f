import assert from 'node:assert/strict';
import { failureOf } from '@dataset-runner/core/plugin';
import { split } from '../src/split.ts';
import { readSplitManifest, splitManifest } from '../src/split-manifest.ts';

describe('split manifest', () => {
  const items = ['b "quoted"', 'a', 'c\nd', '\u2028'].map((key) => ({
    key,
    class: 'x',
    sha256: 'f00d',
    source: 'one.zip',
  }));
  const plan = split([...items, { key: 'boats', class: ['boat', 'gull'] }], { parts: { train: 'rest' } });
  const text = [...splitManifest(plan.assignments)].join('');

  it('is one JSON object per line, fields always in one order', () => {
    assert.equal(
      text.split('\n')[0],
      '{"key":"a","sha256":"f00d","class":"x","group":"a","split":"train","source":"one.zip"}',
    );
    assert.equal(text.trimEnd().split('\n').length, 5);
  });

  it('reads back what was written', () => {
    assert.deepEqual(readSplitManifest(text), plan.assignments);
    assert.deepEqual(readSplitManifest(`\uFEFF${text.replaceAll('\n', '\r\n')}`), plan.assignments);
  });

  it('names the line that is wrong and why', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['{', 'no JSON'],
      ['[1]', 'no JSON object'],
      ['{"class":"x"}', "no 'key'"],
      ['{"key":"k","class":"x","split":"s"}', "no 'group'"],
      ['{"key":"k","class":"x","group":"g"}', "no 'split'"],
      ['{"key":"k","class":1,"group":"g","split":"s"}', "'class' is neither a text nor a list of texts"],
      ['{"key":"k","class":"x","group":"g","split":"s","sha256":1}', "'sha256' is no text"],
      ['{"key":"k","class":"x","group":"g","split":"s","source":1}', "'source' is no text"],
    ];
    for (const [line, why] of wrong) {
      assert.throws(() => readSplitManifest(`\n${line}\n`), { message: `split.manifest-invalid: line 2: ${why}` });
    }
  });

  it('refuses a key that comes twice', () => {
    const line = text.split('\n')[0]!;
    assert.throws(
      () => readSplitManifest(`${line}\n${line}\n`),
      (error) => failureOf(error)?.code === 'split.duplicate-key',
    );
  });
});
