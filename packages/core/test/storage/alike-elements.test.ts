import assert from 'node:assert/strict';
import { parseXML } from 'webdav';
import { AlikeElements } from '../../src/storage/drivers/alike-elements.ts';
import { drawn } from '../drawn.ts';

const frame = { head: '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">', close: '</d:multistatus>' };

async function parsed(xml: string): Promise<readonly unknown[]> {
  const options = { attributeNamePrefix: '@', attributeParsers: [], tagParsers: [() => undefined] };
  return (await parseXML(xml, options)).multistatus.response;
}

/** What is read of responses, and how many documents the parser was asked for. */
async function readAlike(responses: readonly string[]): Promise<{ readonly read: readonly unknown[]; asked: number }> {
  let asked = 0;
  const alike = new AlikeElements({ name: 'response', trims: true }, (xml) => {
    asked++;
    return parsed(xml);
  });
  return { read: await alike.of(frame.head + responses.join('\n') + frame.close, frame), asked };
}

const file = (name: string, prop = '<d:resourcetype/><d:getetag>"1"</d:getetag>'): string =>
  `<d:response xmlns:x="urn:x"><d:href>/a/${name}</d:href><d:propstat><d:prop>${prop}</d:prop>` +
  '<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>';
const folder = (name: string): string => file(`${name}/`, '<d:resourcetype><d:collection/></d:resourcetype>');

describe('responses of one form', () => {
  it('cost the parser two of them, however many there are', async () => {
    const files = Array.from({ length: 500 }, (_, n) => (n % 7 === 0 ? folder(`${n}`) : file(`${n}.png`)));
    const { read, asked } = await readAlike(files);
    assert.equal(asked, 4);
    assert.deepEqual(read, await parsed(frame.head + files.join('') + frame.close));
  });

  it('are given to the parser where a text needs decoding, or where they are odd', async () => {
    const odd = [
      file('a&amp;b'),
      file('a<!-- x -->b'),
      file('<![CDATA[c]]>'),
      file('a', '<d:getetag x="1>2">"5"</d:getetag>'),
      file('a', `<d:x>${file('b')}</d:x>`),
      '<d:x/>',
    ];
    for (const one of odd) {
      const all = [file('1'), one, file('2')];
      assert.deepEqual((await readAlike(all)).read, await parsed(frame.head + all.join('') + frame.close), one);
    }
  });

  it('are what the parser makes of them, whatever they are made of', async () => {
    const random = drawn(7);
    const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
    for (let round = 0; round < 200; round++) {
      const texts = [
        '',
        ' ',
        'x',
        ' x y ',
        '1e3',
        '007',
        'ä',
        '&lt;',
        '>',
        '"W/1"',
        '\n',
        '\r\nx',
        '<d:y/>',
        '<d:y>z</d:y>w',
      ];
      const props = ['getetag', 'getcontentlength', 'getlastmodified', 'x:own'];
      const prop = (): string =>
        props
          .flatMap((name) => (random() < 0.2 ? [] : [`<d:${name}>${pick(texts)}</d:${name}>`]))
          .join(pick(['', '\n ']));
      const shapes = [prop(), prop()];
      const all = Array.from({ length: 6 }, (_, n) =>
        file(`${n}${pick(texts.slice(0, 9))}`, pick([pick(shapes), prop()])),
      );
      const xml = frame.head + all.join('') + frame.close;
      assert.deepEqual((await readAlike(all)).read, await parsed(xml), xml);
    }
  });
});
