import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Client } from 'ssh2';

/** Parts of the library that are its own affair; what is not there is left alone. */
interface Parts {
  readonly _protocol?: {
    readonly _cipher?: { _encKey?: Buffer | KeyObject };
    readonly _decipher?: { _decipherKey?: Buffer | KeyObject };
  };
}

/**
 * Gives a connection's AES-GCM ciphers their keys as objects.
 *
 * The library makes a cipher for each packet. To see that a Buffer is no key object Node 24.21 throws and catches two
 * errors, 14 us and more each time. Holds from the next handshake on.
 */
export function giveKeyObjects(client: Client): void {
  client.on('handshake', () => {
    const { _cipher, _decipher } = (client as unknown as Parts)._protocol ?? {};
    if (Buffer.isBuffer(_cipher?._encKey)) _cipher._encKey = createSecretKey(_cipher._encKey);
    if (Buffer.isBuffer(_decipher?._decipherKey)) _decipher._decipherKey = createSecretKey(_decipher._decipherKey);
  });
}
