import assert from 'node:assert/strict';
import { loopback, openCloud } from './support.ts';

describe('a WebDAV walk', () => {
  it('takes a folder of more folders than a call takes arguments', async () => {
    const resource = (path: string, prop: string): string =>
      `<D:response><D:href>${path}</D:href><D:propstat><D:prop>${prop}</D:prop>` +
      '<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>';
    const folder = '<D:resourcetype><D:collection/></D:resourcetype>';
    const folders = Array.from({ length: 200_000 }, (_, n) => resource(`/lab/f${n}/`, folder));
    const file = resource('/lab/a.png', '<D:resourcetype/><D:getcontentlength>1</D:getcontentlength>');
    const all = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${resource('/lab/', folder)}${file}${folders.join('')}</D:multistatus>`;
    await using server = await loopback((_, response) =>
      response.writeHead(207, { 'content-type': 'text/xml' }).end(all),
    );
    const { store, close } = await openCloud({ url: `webdav+${server.url}/lab` });
    for await (const page of store.list()) {
      assert.deepEqual(
        page.map(({ key }) => key),
        ['a.png'],
      );
      break;
    }
    await close();
  });
});
