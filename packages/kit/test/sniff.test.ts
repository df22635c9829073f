import assert from 'node:assert/strict';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describeBytes, sniff } from '../src/sniff.ts';
import { tarBytes, zipBytes } from './support/archive-bytes.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('sniffing', () => {
  const table: readonly (readonly [type: string | undefined, what: string, bytes: Uint8Array])[] = [
    ['png', 'png', bytes('\x89PNG\r\n\x1a\n')],
    ['jpeg', 'jpeg', bytes('\xff\xd8\xff\xe0')],
    ['gif', 'gif', bytes('GIF89a')],
    ['tiff', 'little-endian tiff', bytes('II*\0')],
    ['tiff', 'big-endian tiff', bytes('MM\0*')],
    ['webp', 'webp', bytes('RIFF\x01\x02\x03\x04WEBPVP8 ')],
    ['bmp', 'bmp', bytes(`BM\x01\x02\x03\x04${'\0'.repeat(8)}\x28\0\0\0`)],
    ['dicom', 'dicom', bytes(`${'\0'.repeat(128)}DICM`)],
    ['zip', 'zip', zipBytes([{ name: 'a' }])],
    ['zip', 'empty zip', zipBytes([])],
    ['tar', 'tar', tarBytes([{ name: 'a' }])],
    ['tar', 'tar older than POSIX', oldTar()],
    ['gzip', 'gzip', gzipSync('x')],
    ['zstd', 'zstd', zstdCompressSync('x')],
    ['7z', '7z', bytes('7z\xbc\xaf\x27\x1c')],
    ['rar', 'rar', bytes('Rar!\x1a\x07\x01\0')],
    ['bzip2', 'bzip2', bytes('BZh91AY&SY')],
    ['xz', 'xz', bytes('\xfd7zXZ\0')],
    ['pdf', 'pdf', bytes('%PDF-1.7')],
    ['html', 'html with a byte order mark', bytes('\xef\xbb\xbf\n <!doctype HTML><p>')],
    ['html', 'xhtml', bytes('<?xml version="1.0"?><!-- x --><html>')],
    ['svg', 'svg', bytes('<?xml version="1.0"?>\n<svg xmlns="x">')],
    ['xml', 'VOC annotation', bytes('<annotation>\n\t<folder>')],
    ['json', 'json', bytes('{"error": 1}')],
    [undefined, 'csv', bytes('id,label\n1,2\n')],
    [undefined, 'text that begins with BM', bytes('BMW,Audi,Volkswagen,Opel')],
    [undefined, 'deflate', deflateSync('x')],
    [undefined, 'nothing', bytes('')],
  ];
  for (const [type, what, head] of table) {
    it(`tells ${what} as ${type ?? 'unknown'}`, () => assert.equal(sniff(head)?.type, type));
  }

  it('says how a kind is called', () => {
    assert.deepEqual(sniff(bytes('\xff\xd8\xff')), { type: 'jpeg', mime: 'image/jpeg', extension: 'jpg' });
  });
});

describe('describing bytes', () => {
  it('says in words what came', () => {
    assert.equal(
      describeBytes(bytes('<html><title> Sign\n in </title>'), 'text/html'),
      'an HTML page titled "Sign in", sent as text/html',
    );
    assert.equal(describeBytes(bytes('{"error":"quota"}')), 'a JSON text: {"error":"quota"}');
    assert.equal(describeBytes(bytes('Not found')), 'a text: Not found');
    assert.equal(describeBytes(bytes('\xff\xd8\xff')), 'a JPEG image');
    assert.equal(describeBytes(bytes('\x00\x01\x02\xfe')), 'something unknown that begins with the bytes 00 01 02 fe');
    assert.equal(describeBytes(bytes('')), 'nothing at all (0 bytes)');
  });

  it('never lets a control character through', () => {
    assert.equal(
      describeBytes(bytes('<title>a\x1b[2Jb</title>'), 'x\x1b]0;y'),
      'an HTML page titled "a [2Jb", sent as x ]0;y',
    );
  });
});

/** Without the `ustar` mark; the checksum is made anew. */
function oldTar(): Buffer {
  const tar = tarBytes([{ name: 'a' }]);
  tar.fill(0, 257, 265);
  tar.write('        ', 148, 'latin1');
  tar.write(
    tar
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
    'latin1',
  );
  return tar;
}
