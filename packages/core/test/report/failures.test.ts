import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Failure } from '../../src/model/failure.ts';
import { failureDocs, undocumentedCodes } from '../../src/report/failure-docs.ts';
import { failureSamples, nestedSample } from '../../src/report/failure-samples.ts';
import { failureLines } from '../../src/report/failure-text.ts';
import { makeStyle, plainStyle } from '../../src/report/style.ts';
import { textWidth } from '../../src/report/width.ts';
import { catalogueMeanings, failureTitle, wordFailure } from '../../src/report/wording.ts';

const goldenFile = new URL('./golden/failures.txt', import.meta.url);
const docsFile = new URL('../../../../docs/failures.md', import.meta.url);
const update = process.env['UPDATE_GOLDEN'] === '1';

const projectFile = [
  'plugins: []',
  'stores:',
  '  cloud: { username: env:CLOUD_USER, password: hunter2 }',
  '  archive: { url: s3://a }',
  '',
  'tasks: {}',
  '',
  '',
  'lanes: { network:  0 }',
  '',
  '',
  'pipelines:',
  '  weekly:',
  "    - ifcb:classify: { images: '${{ extract.pictures }}' }",
].join('\n');

const layout = { style: plainStyle, width: 80, readSource: () => projectFile };

describe('failures in words', () => {
  it('has every code whole, as the golden file says', () => {
    const samples: readonly Failure[] = [...Object.values(failureSamples), nestedSample];
    const text = `${samples.map((failure) => failureLines(failure, layout).join('\n')).join('\n\n')}\n`;
    if (update) writeFileSync(goldenFile, text);
    assert.equal(text, readFileSync(goldenFile, 'utf8'));
  });

  it('documents the whole catalogue in docs/failures.md', function () {
    assert.deepEqual(undocumentedCodes(), []);
    if (update) writeFileSync(docsFile, failureDocs());
    if (!existsSync(docsFile)) assert.fail('docs/failures.md is missing; UPDATE_GOLDEN=1 writes it');
    assert.equal(failureDocs(), readFileSync(docsFile, 'utf8'));
  });

  it('gives every code but the free-form one a hint, and no title a full stop', () => {
    for (const { code, means } of catalogueMeanings()) {
      const wording = wordFailure(failureSamples[code]);
      assert.match(means, /^[A-Z].*\.$/, code);
      assert.doesNotMatch(wording.title, /\.$/, code);
      if (code !== 'step.failed') assert.ok(wording.hint !== undefined, `${code} has no hint`);
    }
  });

  it('obeys nothing that others wrote', () => {
    const evil = 'red\u001B[31m, \u009B2J, back\b, \u202Eturned\rover';
    const harmless = 'red\\x1b[31m, \\x9b2J, back\\x08, \\u202eturned\\rover';
    const failures: readonly Failure[] = [
      { code: 'store.broken', url: 'https://a.org', why: evil },
      { code: 'store.missing', url: evil, hint: evil, at: { task: 'a:b', item: evil } },
      { code: 'step.failed', message: 'outer', cause: { code: 'step.failed', message: evil } },
      { code: 'config.invalid', problems: [{ path: evil, message: evil }] },
      { code: 'a.b', pluginFailure: true, message: evil, details: { found: evil } },
    ];
    for (const failure of failures) {
      const text = failureLines(failure, layout).join('\n').replaceAll(/\s+/g, ' ');
      assert.doesNotMatch(text, /[\p{Cc}\u202E]/u, failure.code);
      assert.ok(text.includes(harmless), text);
      assert.doesNotMatch(failureTitle(failure), /[\p{Cc}\u202E]/u);
    }
  });

  it('shows of a plugin the details that say something', () => {
    const details = { place: './raw', leftOut: '', rows: 0 };
    const failure: Failure = { code: 'a.b', pluginFailure: true, message: './raw has none', details };
    assert.deepEqual(wordFailure(failure).facts, [
      ['place', './raw'],
      ['rows', '0'],
    ]);
  });

  it('names the reference of a secret only where there is one', () => {
    const missing = (reference: string) =>
      failureTitle({ code: 'secret.missing', name: 'key', reference, why: 'there is no such name under secrets' });
    assert.equal(missing(''), 'The secret key is not to be had: there is no such name under secrets');
    assert.match(missing('env:KEY'), /^The secret key is not to be had from env:KEY: /);
  });

  it('lets the hint of the place where it happened win', () => {
    const failure: Failure = { code: 'store.missing', url: 'a.zip', hint: 'Ask Ada for it.' };
    assert.equal(wordFailure(failure).hint, 'Ask Ada for it.');
  });

  it('marks the token a problem is at', () => {
    const lines = failureLines(
      {
        code: 'config.invalid',
        problems: [{ path: 'lanes.network', message: 'must be at least 1', file: 'runner.yaml', line: 9, column: 20 }],
      },
      layout,
    );
    assert.deepEqual(lines.slice(1, 5), [
      '  runner.yaml:9:20  lanes.network',
      '    must be at least 1',
      '       9 | lanes: { network:  0 }',
      '         |                    ~',
    ]);
  });

  it('shows the part of a long line that the mark is in', () => {
    const source = `fileList: [${'"a.zip", '.repeat(60)}"wrong here"]`;
    const column = source.indexOf('"wrong') + 1;
    const [text = '', mark = ''] = failureLines(
      { code: 'config.invalid', problems: [{ path: '', message: 'no', file: 'runner.yaml', line: 1, column }] },
      { ...layout, readSource: () => source },
    ).slice(3, 5);
    assert.equal(text.slice(mark.indexOf('~'), mark.lastIndexOf('~') + 1), '"wrong here"');
  });

  it('wraps at the width and never cuts', () => {
    const url = `https://example.org/${'deep/'.repeat(30)}a.zip`;
    const lines = failureLines(
      { code: 'store.unavailable', url, why: 'the connection was refused by the other side' },
      { style: plainStyle, width: 60 },
    );
    assert.ok(lines.join('\n').includes(url));
    assert.ok(lines.filter((line) => !line.includes('https')).every((line) => textWidth(line) <= 60));
  });

  it('says once who cannot be reached', () => {
    const url = 'http://127.0.0.1:1/x';
    const titles = [`${url} cannot be reached (ECONNREFUSED)`, 'cut'].map(
      (why) => failureLines({ code: 'store.unavailable', url, why }, layout)[0],
    );
    assert.deepEqual(titles, [
      `✗ ${url} cannot be reached (ECONNREFUSED)  [store.unavailable]`,
      `✗ ${url} cannot be reached: cut  [store.unavailable]`,
    ]);
  });

  it('does not lose words to colours', () => {
    const style = makeStyle({ colour: true, unicode: true });
    const coloured = failureLines(failureSamples['store.corrupt'], { ...layout, style });
    const plain = failureLines(failureSamples['store.corrupt'], layout);
    assert.deepEqual(
      coloured.map((line) => stripVTControlCharacters(line)),
      plain,
    );
  });

  it('says that it does not know a code of a newer version', () => {
    const [first] = failureLines({ code: 'store.quantum', url: 'x' } as unknown as Failure, layout);
    assert.equal(first, '✗ A failure that this version does not know  [store.quantum]');
  });
});
