import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

describe('an HTTP client that is asked for nothing', () => {
  it('loads no HTTP', () => {
    const client = new URL('../../src/lib/http-client.ts', import.meta.url).href;
    const script = `
      const { createHttpClient } = await import(${JSON.stringify(client)});
      createHttpClient({ allowHosts: [] }).close();
      console.log(process.moduleLoadList.filter((name) => /^NativeModule (http2?|https|tls)$/.test(name)).join());
    `;
    const args = ['--input-type=module', '-e', script];
    assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim(), '');
  });
});
