import assert from 'node:assert/strict';
import { failureOf } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import { failureFrom } from '../failure-from.ts';
import type { SeenRequest, UnkindHttp, Unkindness } from '../unkind-http.ts';
import { bytesOf, listKeys, readAll, someBytes, textOf } from './contract-case.ts';

/** A case for a store whose requests go through an unkind proxy. */
export interface UnkindCase {
  readonly title: string;
  run(store: Store, proxy: UnkindHttp): Promise<void>;
}

const uploadBytes = 100_000;

/** Bad days: storms of refusals, cuts at every kind of place, wrong bytes, silence. */
export const unkindCases: readonly UnkindCase[] = [
  {
    title: 'goes on through a storm of 503 and 429',
    async run(store, proxy) {
      let asked = 0;
      const headers = { 'retry-after': '0' };
      // Every other request, now with this answer and now with that.
      proxy.unkind = () => (asked++ % 2 === 1 ? undefined : { answer: asked % 4 === 1 ? 503 : 429, headers });
      await store.write('storm/a', bytesOf('after the storm'));
      assert.equal(await textOf(store, 'storm/a'), 'after the storm');
      if (store.can.list) assert.deepEqual(await listKeys(store, 'storm/'), ['storm/a']);
      await store.remove(['storm/a']);
      assert.equal(await store.stat('storm/a'), undefined);
    },
  },
  {
    title: 'reads a file whole or fails by name, wherever its connection is cut',
    async run(store, proxy) {
      const bytes = someBytes(uploadBytes);
      await store.write('read', bytes);
      for (const cutAnswerAt of [-1, 0, 1, 50_000, uploadBytes - 1]) {
        let cuts = 2;
        proxy.unkind = ({ method }) => (method === 'GET' && cuts-- > 0 ? { cutAnswerAt } : undefined);
        try {
          assert.equal(Buffer.compare(await readAll(await store.read('read')), bytes), 0, `cut at ${cutAnswerAt}`);
        } catch (error) {
          assert.equal(failureOf(error)?.code, 'store.unavailable', `cut at ${cutAnswerAt}: ${String(error)}`);
        }
      }
    },
  },
  {
    title: 'writes a file whole or not at all, wherever its connection is cut',
    async run(store, proxy) {
      const bytes = someBytes(uploadBytes);
      const cuts: readonly Unkindness[] = [{ cutUploadAt: 0 }, { cutUploadAt: 50_000 }, { cutAnswerAt: -1 }];
      for (const [n, cut] of cuts.entries()) {
        let left = 1;
        proxy.unkind = (request) => (isUpload(request) && left-- > 0 ? cut : undefined);
        await store.write(`once/file-${n}`, bytes);
        assert.equal(Buffer.compare(await readAll(await store.read(`once/file-${n}`)), bytes), 0);
        await store.write(`never/file-${n}`, bytesOf('old'));
        proxy.unkind = (request) => (isUpload(request) ? cut : undefined);
        const failure = await failureFrom(() => store.write(`never/file-${n}`, bytes)).catch(() => undefined);
        proxy.unkind = () => undefined;
        // Where only the answer was lost, the new bytes may be there: all of them.
        const found = await readAll(await store.read(`never/file-${n}`));
        assert.ok(['old', bytes.toString()].includes(found.toString()) || Buffer.compare(found, bytes) === 0);
        if (failure !== undefined) assert.match(failure.code, /^store\.(unavailable|corrupt)$/);
      }
    },
  },
  {
    title: 'finds a byte that came wrong in an upload that must be proven',
    async run(store, proxy) {
      const bytes = someBytes(uploadBytes);
      let flips = 1;
      proxy.unkind = (request) => (isUpload(request) && flips-- > 0 ? { flipUploadAt: 50_000 } : undefined);
      await store.write('flipped', bytes, { verify: 'read' });
      assert.equal(Buffer.compare(await readAll(await store.read('flipped')), bytes), 0);
      proxy.unkind = (request) => (isUpload(request) ? { flipUploadAt: 50_000 } : undefined);
      const failure = await failureFrom(() => store.write('wrong', bytes, { verify: 'read' }));
      assert.equal(failure.code, 'store.corrupt');
      proxy.unkind = () => undefined;
      assert.equal(await store.stat('wrong'), undefined);
    },
  },
  {
    title: 'follows no redirect with its credentials to another host',
    async run(store, proxy) {
      await store.write('here', bytesOf('x'));
      const before = proxy.seen.length;
      // `localhost` is another host to every client, and the same proxy to us.
      const elsewhere = proxy.url.replace('127.0.0.1', 'localhost');
      let redirects = 1;
      proxy.unkind = ({ path }) =>
        redirects-- > 0 ? { answer: 307, headers: { location: `${elsewhere}${path}` } } : undefined;
      await store.stat('here').catch((error: unknown) => assert.ok(failureOf(error) !== undefined, String(error)));
      for (const { headers } of proxy.seen.slice(before))
        if (headers.host?.startsWith('localhost') === true) assert.equal(headers.authorization, undefined);
    },
  },
];

function isUpload({ method, headers }: SeenRequest): boolean {
  return (method === 'PUT' || method === 'POST') && Number(headers['content-length']) >= 40_000;
}
