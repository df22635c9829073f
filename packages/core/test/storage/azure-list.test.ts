import assert from 'node:assert/strict';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { entriesOf, loopback, openCloud } from './support.ts';

/** A service that answers requests of a container with these pages, in turn. */
async function listing(pages: readonly string[]) {
  const asked: URL[] = [];
  const server = await loopback((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://host'));
    response.writeHead(200, { 'content-type': 'application/xml' }).end(pages[asked.length - 1]);
  });
  const settings = {
    url: 'az://plankton/sets',
    endpoint: `${server.url}/lab`,
    accountName: 'lab',
    sasToken: '?sv=2026-01-01&sig=a%2Bb',
  };
  const { store, close } = await openCloud(settings, { retry: { attempts: 1, baseMs: 1, capMs: 1 } });
  return {
    asked,
    store,
    async [Symbol.asyncDispose]() {
      await close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const page = (blobs: string, marker = ''): string =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="plankton"><Prefix>sets/</Prefix>${blobs}` +
  `<NextMarker>${marker}</NextMarker></EnumerationResults>`;

const blob = (name: string, size: number | string, more = ''): string =>
  `<Blob>${name}<Properties><Last-Modified>Mon, 23 Nov 2026 00:04:49 GMT</Last-Modified><Etag>0x8DB</Etag>` +
  `<Content-Length>${size}</Content-Length>${more}<BlobType>BlockBlob</BlobType></Properties></Blob>`;

const md5 = '<Content-MD5>XUFAKrxLKna5cZ2REBfFkg==</Content-MD5>';

describe('listings of Azure', () => {
  it('are read page by page, with every name that the service can tell', async () => {
    const names = ['plain', ' spaces ', '1e3', 'a&amp;b&#233;', 'ä', 'less &lt;x/&gt;', 'last'];
    const first = names
      .map((name, size) => blob(`<Name>sets/${name}</Name>`, size, size % 2 === 0 ? md5 : ''))
      .join('\n');
    const second = blob('<Name Encoded="true">sets%2Fa%0Bb%EF%BF%BE</Name>', 7);
    const pages = [page(`<Blobs>${first}</Blobs>`, '2!76!a&amp;b='), page(`<Blobs>${second}</Blobs>`)];
    await using service = await listing(pages);
    const entries = await entriesOf(service.store.list());
    assert.deepEqual(
      entries.map(({ key, size }) => [key, size]),
      ['plain', ' spaces ', '1e3', 'a&bé', 'ä', 'less <x/>', 'last', 'a\u000Bb\uFFFE'].map((key, size) => [key, size]),
    );
    assert.deepEqual(entries[0], {
      key: 'plain',
      size: 0,
      version: '0x8DB',
      digest: 'md5:5d41402abc4b2a76b9719d911017c592',
      modifiedMs: Date.UTC(2026, 10, 23, 0, 4, 49),
    });
    assert.equal(entries[1]?.digest, undefined);
    assert.deepEqual(
      service.asked.map(({ pathname, searchParams }) => [
        pathname,
        searchParams.get('prefix'),
        searchParams.get('marker'),
      ]),
      [
        ['/lab/plankton', 'sets/', null],
        ['/lab/plankton', 'sets/', '2!76!a&b='],
      ],
    );
    assert.equal(service.asked[1]?.searchParams.get('sig'), 'a+b');
  });

  it('may be empty', async () => {
    for (const none of ['<Blobs/>', '<Blobs></Blobs>', '<Blobs> </Blobs>']) {
      await using service = await listing([page(none)]);
      assert.deepEqual(await entriesOf(service.store.list()), [], none);
    }
  });

  it('are refused where they end early, or do not tell the size of a blob', async () => {
    const whole = page(`<Blobs>${blob('<Name>sets/a</Name>', 1)}</Blobs>`);
    const bad = [
      whole.slice(0, -30),
      whole.slice(0, whole.indexOf('</Blobs>')),
      '',
      '<html></html>',
      page(`<Blobs>${blob('<Name>sets/a</Name>', 'x')}</Blobs>`),
      page(`<Blobs>${blob('', 1)}</Blobs>`),
      page(`<Blobs>${blob('<Name>elsewhere/a</Name>', 1)}</Blobs>`),
    ];
    for (const answer of bad) {
      await using service = await listing([answer]);
      const failure = await failureFrom(() => entriesOf(service.store.list()));
      assert.equal(failure.code, 'store.broken', answer);
    }
  });
});
