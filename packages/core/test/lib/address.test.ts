import assert from 'node:assert/strict';
import { isPrivateAddress } from '../../src/lib/address.ts';

describe('private addresses', () => {
  const cases: readonly [address: string, isPrivate: boolean][] = [
    ['8.8.8.8', false],
    ['127.0.0.1', true],
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['169.254.169.254', true],
    ['100.64.0.1', true],
    ['0.0.0.0', true],
    ['255.255.255.255', true],
    ['::1', true],
    ['::', true],
    ['fe80::1', true],
    ['fd00::1', true],
    ['2606:4700::1111', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::a9fe:a9fe', true],
    ['64:ff9b::808:808', false],
    ['2002:7f00:1::', true],
    ['2002:808:808::', false],
    ['not an address', true],
  ];
  for (const [address, expected] of cases) {
    it(`${expected ? 'refuses' : 'allows'} ${address}`, () => assert.equal(isPrivateAddress(address), expected));
  }
});

/** A server that sends these bytes and closes, whatever it is asked. */
async function rawServer(text: string): Promise<string> {
  const server = createTcpServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text, () => server.close()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function isTrouble(kind: HttpTrouble['kind']) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof HttpTrouble, String(error));
    assert.equal(error.kind, kind, error.message);
    return true;
  };
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) yield Buffer.from(text);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}
