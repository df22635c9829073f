import assert from 'node:assert/strict';
import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { giveKeyObjects } from '../../src/storage/drivers/sftp-keys.ts';

interface Parts {
  readonly _protocol: {
    readonly _cipher: { readonly _encKey: unknown };
    readonly _decipher: { readonly _decipherKey: unknown };
  };
}

describe('The keys of an SSH connection', () => {
  it('are objects after each handshake, and the connection goes on', async () => {
    const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519');
    const peers: Connection[] = [];
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
      peers.push(peer);
      peer.on('authentication', (login) => login.accept());
      peer.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          acceptExec().end(command.repeat(10_000));
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new ssh2.Client();
    giveKeyObjects(client);
    const { port } = server.address() as AddressInfo;
    const algorithms = { cipher: ['aes256-gcm@openssh.com' as const] };
    client.connect({ host: '127.0.0.1', port, username: 'anna', password: 'x', algorithms });
    await once(client, 'ready');
    const asked = async (command: string): Promise<string> => {
      const pieces: Buffer[] = await new Promise((resolve, reject) => {
        client.exec(command, (error, channel) => {
          if (error !== undefined) return reject(error);
          resolve(channel.toArray() as Promise<Buffer[]>);
        });
      });
      return Buffer.concat(pieces).toString();
    };
    const keys = (): unknown[] => {
      const { _cipher, _decipher } = (client as unknown as Parts)._protocol;
      return [_cipher._encKey, _decipher._decipherKey];
    };
    // A library that keeps them elsewhere would be as slow as without us, and nobody would notice.
    const first = keys();
    assert.ok(first.every((key) => key instanceof KeyObject));
    assert.equal(await asked('plankton'), 'plankton'.repeat(10_000));
    const again = once(client, 'handshake');
    peers[0]?.rekey();
    await again;
    assert.ok(keys().every((key, n) => key instanceof KeyObject && key !== first[n]));
    assert.equal(await asked('diatom'), 'diatom'.repeat(10_000));
    client.end();
    server.close();
  });
});
