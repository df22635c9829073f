import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRig } from '../../src/testing/project-rig.ts';

const plugin = `import { definePlugin, defineStep, defineTask, z } from '@dataset-runner/core/plugin';
const get = defineStep({ name: 'get', version: 1, retries: 0, async work(item: { key: string; url: string }, { fetch }) {
  const answer = await fetch(item.url);
  throw new Error('it answered ' + answer.status);
} });
const load = defineTask({ summary: 'Loads.', params: z.object({ url: z.string() }), steps: { get },
  async run({ map, params }) { await map(get, [{ key: 'a', url: params.url }]); } });
export default definePlugin({ name: 'net', api: 1, tasks: { load } });
`;

describe('an answer that a step leaves unread', () => {
  it('does not keep the program from ending', async () => {
    let cut = false;
    // It announces more than it ever sends, so the connection stays in use until somebody ends it.
    const server = createServer((_request, response) => {
      response.writeHead(404, { 'content-length': '100000' }).write('not here');
      const timer = setTimeout(() => {
        cut = true;
        response.destroy();
      }, 7_000);
      response.once('close', () => clearTimeout(timer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await using rig = await createRig({
        config: 'plugins: [./net.ts]\nnetwork: { allowHosts: [127.0.0.1] }\n',
        files: { 'net.ts': plugin },
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
      const { code, stdout } = await rig.runner('run', 'net:load', '--url', url);
      assert.equal(code, 1);
      assert.match(stdout, /it answered 404/);
      assert.equal(cut, false, 'the program ended only when the server cut the connection');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
