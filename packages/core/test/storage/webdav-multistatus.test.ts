import assert from 'node:assert/strict';
import { readResources } from '../../src/storage/drivers/webdav-multistatus.ts';
import { MultistatusPieces } from '../../src/storage/drivers/webdav-pieces.ts';
import { troubleOf } from '../../src/storage/trouble.ts';

/** A file as a server tells it, with any prefix or none. */
function file(name: string, { prefix = 'd:', size = 5, more = '' } = {}): string {
  const element = (tag: string, inner: string): string => `<${prefix}${tag}>${inner}</${prefix}${tag}>`;
  const prop = element('prop', `<${prefix}resourcetype/>${element('getcontentlength', String(size))}${more}`);
  const propstat = element('propstat', prop + element('status', 'HTTP/1.1 200 OK'));
  return element('response', element('href', `/lab/${name}`) + propstat);
}

function multistatus(inner: string, { prefix = 'd:', head = '<?xml version="1.0"?>\n' } = {}): string {
  return `${head}<${prefix}multistatus xmlns${prefix === '' ? '' : ':d'}="DAV:">${inner}</${prefix}multistatus>`;
}

async function* bytesOf(xml: string, step: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(xml);
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

const read = (xml: string, step = 65_536) => readResources(bytesOf(xml, step), 'PROPFIND /lab/');

/** All pieces of an answer that arrives some characters at a time. */
function piecesOf(xml: string, { least = 1, step = 1 } = {}): { readonly pieces: string[]; readonly isShort: boolean } {
  const cutter = new MultistatusPieces(least);
  const pieces: string[] = [];
  for (let at = 0; at < xml.length; at += step) pieces.push(...cutter.push(xml.slice(at, at + step)));
  const { piece, isShort } = cutter.end();
  return { pieces: piece === undefined ? pieces : [...pieces, piece], isShort };
}

const three = file('a') + file('b') + file('c');
const stranger = '<x:response xmlns:x="urn:x"><x:href>/lab/stranger</x:href></x:response>';

/** What a server may write, and how many pieces of one response come of it. */
const answers: readonly [what: string, xml: string, pieces: number][] = [
  ['of sabre', multistatus(three), 3],
  ['of Apache', multistatus(three.replaceAll('d:', 'D:'), { prefix: 'D:' }), 3],
  ['in the default namespace', multistatus(three.replaceAll('d:', ''), { prefix: '' }), 3],
  ['with prefixes of its own in each response', multistatus(file('a') + file('b', { prefix: 'lp1:' }) + file('c')), 3],
  ['with line ends of Windows', multistatus(`\r\n${three.replaceAll('><', '>\r\n<')}\r\n`), 3],
  ['with a byte order mark', `\uFEFF${multistatus(three)}`, 3],
  ['with comments', multistatus(`<!-- </d:multistatus> <d:response> -->${three}<!---->`), 3],
  [
    'with a comment before and after',
    `${multistatus(three, { head: '<!-- <d:multistatus> -->' })}<!-- end <d:response> -->`,
    3,
  ],
  ['with CDATA', multistatus(file('a') + file('b', { more: '<d:x><![CDATA[</d:response>]]></d:x>' }) + file('c')), 3],
  ['with an instruction', multistatus(`<?x "?></d:multistatus>" ?>${three}`), 3],
  ['with an end in an attribute', multistatus(three.replace('<d:prop>', '<d:prop x="/></d:response>" y=\'"\'>')), 3],
  ['with a response in a property', multistatus(file('a', { more: stranger }) + file('b') + file('c')), 3],
  ['with an empty property at its end', multistatus(three.replaceAll('</d:prop>', '<d:getetag/></d:prop>')), 3],
  ['with other elements below the root', multistatus(`<d:sync-token>1</d:sync-token>${three}<d:x/>`), 3],
  ['with a description at its end', multistatus(`${three}<d:responsedescription>Ok</d:responsedescription>`), 3],
  ['with a document type', multistatus(three, { head: '<!DOCTYPE d:multistatus>' }), 1],
  ['with what nobody knows in the middle', multistatus(file('a') + '<!x></!x>' + file('b') + file('c')), 2],
];

describe('the answer of a WebDAV server', () => {
  for (const [what, xml, count] of answers) {
    it(`${what} is read in pieces, wherever it is cut on its way`, async () => {
      for (const step of [1, 7, 64, xml.length]) {
        const { pieces, isShort } = piecesOf(xml, { step });
        assert.deepEqual([pieces.length, isShort], [count, false], `${step} characters at a time`);
        const found = await Promise.all(pieces.map((piece) => read(piece)));
        const paths = found.flat().map(({ path, size }) => `${path} ${size}`);
        assert.deepEqual(paths, ['/lab/a 5', '/lab/b 5', '/lab/c 5'], `${step} characters at a time`);
      }
      assert.deepEqual(
        (await read(xml, 1)).map(({ path }) => path),
        ['/lab/a', '/lab/b', '/lab/c'],
      );
    });
  }

  it('has as many responses in each piece as asked for, and the rest in the last', () => {
    const names = Array.from({ length: 1050 }, (_, n) => `${n}`);
    const { pieces } = piecesOf(multistatus(names.map((name) => file(name)).join('')), { least: 100, step: 1000 });
    const counts = pieces.map((piece) => piece.split('<d:response>').length - 1);
    assert.deepEqual(counts, [...Array.from({ length: 10 }, () => 100), 50]);
  });

  it('keeps names whole that arrive in two halves', async () => {
    const names = ['ü ä', '&amp;', '日本', '1e3'].flatMap((name) =>
      Array.from({ length: 150 }, (_, n) => `${name}${n}`),
    );
    const found = await read(multistatus(names.map((name) => file(name)).join('')), 11);
    const wanted = names.map((name) => `/lab/${name.replace('&amp;', '&')}`);
    assert.deepEqual(
      found.map(({ path }) => decodeURIComponent(path)),
      wanted,
    );
  });

  it('is read while it arrives', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => file(`${n}`)).join('');
    const refused = '<d:response><d:href>/lab/x</d:href><d:status>HTTP/1.1 403 Forbidden</d:status></d:response>';
    let isAllRead = false;
    const body = async function* () {
      yield* bytesOf(multistatus(refused + many), 1000);
      isAllRead = true;
    };
    await assert.rejects(readResources(body(), 'PROPFIND /lab/'), (error) => troubleOf(error)?.kind === 'denied');
    assert.equal(isAllRead, false);
  });

  const none: readonly [what: string, xml: string][] = [
    ['that is a page', '<html><body>Please log in<br></body></html>'],
    ['that is empty', ''],
    ['that is another document', '<d:error xmlns:d="DAV:"><d:response/></d:error>'],
    ['that ends between two files', multistatus(three).replace('</d:multistatus>', '')],
    ['that ends between two files after many', multistatus(three.repeat(100)).replace('</d:multistatus>', '')],
    ['that ends in a file', multistatus(three).slice(0, -60)],
    ['that ends in its last tag', multistatus(three).slice(0, -2)],
    ['that ends in a comment', multistatus(three).replace('</d:multistatus>', '<!-- </d:multistatus>')],
    ['with a file of no size', multistatus(file('a') + file('b', { size: Number.NaN }))],
    ['with a response of nothing', multistatus(`${three}<d:response/>`)],
  ];
  for (const [what, xml] of none) {
    it(`${what} is no listing`, async () => {
      for (const step of [1, xml.length + 1])
        await assert.rejects(read(xml, step), (error) => troubleOf(error)?.kind === 'broken', what);
    });
  }

  it('may name nothing at all', async () => {
    for (const xml of [multistatus(''), '<d:multistatus xmlns:d="DAV:"/>', `${multistatus('')}\n`])
      assert.deepEqual(await read(xml, 3), []);
  });
});
