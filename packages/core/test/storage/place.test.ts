import assert from 'node:assert/strict';
import { failureOf } from '../../src/model/failure.ts';
import { parsePlace } from '../../src/storage/place.ts';

const roots = { projectDir: '/home/me/project', workDir: '/home/me/project/.runner/work' };

describe('places', () => {
  const spellings: readonly [text: string, place: string, kind: string][] = [
    ['./out', './out', 'path'],
    ['out', './out', 'path'],
    ['out/x/', './out/x', 'path'],
    ['./out/../other', './other', 'path'],
    ['.', '.', 'path'],
    ['/home/me/project/out', './out', 'path'],
    ['/data/x', '/data/x', 'path'],
    ['../sibling', '/home/me/sibling', 'path'],
    ['./..hidden', './..hidden', 'path'],
    ['./a:b', './a:b', 'path'],
    ['file:///home/me/project/out', './out', 'path'],
    ['file:///data/with%20space', '/data/with space', 'path'],
    ['file:///data/a%23b', '/data/a#b', 'path'],
    ['./a#b', './a#b', 'path'],
    ['file:out', './out', 'path'],
    ['work:pictures', 'work:pictures', 'work'],
    ['work:', 'work:', 'work'],
    ['work:/a/b/', 'work:a/b', 'work'],
    ['./.runner/work/pictures', 'work:pictures', 'work'],
    ['memory:x/y', 'memory:x/y', 'memory'],
    ['cloud:sets/2026/', 'cloud:sets/2026', 'named'],
    ['cloud:', 'cloud:', 'named'],
    ['S3://bucket/prefix/', 's3://bucket/prefix', 'url'],
    ['https://Data.Example.org/', 'https://data.example.org', 'url'],
    ['webdav+https://cloud.example.org/dav/#x', 'webdav+https://cloud.example.org/dav', 'url'],
    ['sftp://lab@host/data', 'sftp://lab@host/data', 'url'],
  ];
  for (const [text, place, kind] of spellings) {
    it(`reads ${text} as ${place}`, () => {
      const parsed = parsePlace(text, roots);
      assert.deepEqual([parsed.place, parsed.kind], [place, kind]);
      assert.equal(parsePlace(parsed.place, roots).place, place);
    });
  }

  const refused: readonly [text: string, code: string][] = [
    ['', 'usage.invalid'],
    ['C:\\data', 'usage.invalid'],
    ['c:/data', 'usage.invalid'],
    ['a\\b', 'usage.invalid'],
    ['~/data', 'usage.invalid'],
    ['a\0b', 'usage.invalid'],
    ['memory:', 'usage.invalid'],
    ['https://host/x?dl=1', 'usage.invalid'],
    ['s3://bucket/a#b', 'usage.invalid'],
    ['file:///data/a#b', 'usage.invalid'],
    ['file:///data/a?b', 'usage.invalid'],
    ['file://otherhost/x', 'usage.invalid'],
    ['cloud:../x', 'store.key'],
    ['work:a/../../x', 'store.key'],
    ['https://me:secret@host/x', 'secret.inline'],
    ['webdav+https://me@host/x', 'secret.inline'],
    ['sftp://me:secret@host/x', 'secret.inline'],
    ['https://host/x?sig=secret', 'secret.inline'],
    ['https://host/x?X-Amz-Signature=secret', 'secret.inline'],
  ];
  for (const [text, code] of refused) {
    it(`refuses ${JSON.stringify(text)} as ${code}`, () => {
      try {
        parsePlace(text, roots);
      } catch (error) {
        const failure = failureOf(error);
        assert.equal(failure?.code, code);
        assert.equal(JSON.stringify(failure).includes('=secret') || JSON.stringify(failure).includes(':secret'), false);
        return;
      }
      assert.fail('it was accepted');
    });
  }
});
