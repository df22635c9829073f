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
