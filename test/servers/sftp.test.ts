import { join } from 'node:path';
import { driverContract } from '@dataset-runner/core/testing';
import { createStoreOpener } from '../../packages/core/src/storage/open-store.ts';
import { findSshd, startSshd, type Sshd } from '../../scripts/servers/sshd.ts';
import { skip } from '../support/skip.ts';

describe('OpenSSH, a real server', function () {
  this.timeout(60_000);
  let server: Sshd;
  let places = 0;

  before(async function () {
    const program = findSshd();
    if (program === undefined) skip(this, 'sshd is not installed');
    server = await startSshd(program);
  });

  after(() => server?.[Symbol.asyncDispose]());

  function open(options: { readonly [name: string]: unknown } = {}) {
    return createStoreOpener({
      projectDir: '/',
      workDir: '/nowhere',
      allowHosts: ['127.0.0.1'],
      stores: {
        far: {
          url: `sftp://${server.user}@127.0.0.1:${server.port}${join(server.dir, `place-${places++}`, 'a folder ä')}`,
          key: server.key,
          knownHosts: server.knownHosts,
          ...options,
        },
      },
      retry: { attempts: 2, baseMs: 10, capMs: 50 },
    });
  }

  async function openStore(options?: { readonly [name: string]: unknown }) {
    const opener = open(options);
    return { store: await opener.open('far:sets/2026'), dispose: () => opener.close() };
  }

  driverContract('SFTP', {
    open: () => openStore(),
    troubled: { 'store.denied': () => openStore({ hostKey: 'SHA256:AAAA' }) },
  });
});
