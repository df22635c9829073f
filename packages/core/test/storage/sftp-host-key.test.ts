import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  fingerprint,
  isAbout,
  keyAlgorithms,
  parseKnownHosts,
  refusalOf,
  type HostKeyRule,
} from '../../src/storage/drivers/sftp-host-key.ts';

const key = Buffer.from('the bytes of a key');
const keyText = key.toString('base64');

function rule(knownHosts: string, more: Partial<HostKeyRule> = {}): HostKeyRule {
  const known = parseKnownHosts(knownHosts);
  return { host: 'data.example.org', port: 22, hostKey: undefined, known, files: ['known_hosts'], ...more };
}

function hashed(name: string): string {
  const salt = Buffer.from('salt');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('host keys of SFTP', () => {
  it('knows which lines of known_hosts are about a host', () => {
    const cases: readonly [hosts: string, port: number, matches: boolean][] = [
      ['data.example.org', 22, true],
      ['DATA.example.org', 22, true],
      ['other.example.org', 22, false],
      ['other,data.example.org', 22, true],
      ['*.example.org', 22, true],
      ['d?ta.example.org', 22, true],
      ['*.example.org,!data.example.org', 22, false],
      ['data.example.org', 2222, false],
      ['[data.example.org]:2222', 2222, true],
      [hashed('data.example.org'), 22, true],
      [hashed('[data.example.org]:2222'), 2222, true],
      [hashed('other.example.org'), 22, false],
    ];
    for (const [hosts, port, matches] of cases) {
      const [line] = parseKnownHosts(`${hosts} ssh-ed25519 ${keyText}`);
      assert.ok(line);
      assert.equal(isAbout(line, 'data.example.org', port), matches, `${hosts} ${port}`);
    }
  });

  it('leaves out comments, authorities and what makes no sense', () => {
    const text = ['# comment', '', `@cert-authority * ssh-rsa ${keyText}`, 'half line', `a ssh-rsa ${keyText}`];
    assert.deepEqual(
      parseKnownHosts(text.join('\n')).map(({ hosts }) => hosts),
      ['a'],
    );
  });

  it('believes the known key alone', () => {
    assert.equal(refusalOf(key, rule(`data.example.org ssh-ed25519 ${keyText}`)), undefined);
    assert.match(refusalOf(key, rule('')) ?? '', /is not in known_hosts/);
    assert.match(refusalOf(key, rule('data.example.org ssh-ed25519 AAAA')) ?? '', /has another one/);
    const both = `data.example.org ssh-ed25519 ${keyText}\n@revoked * ssh-ed25519 ${keyText}`;
    assert.match(refusalOf(key, rule(both)) ?? '', /is revoked/);
  });

  it('believes the key that is named, and no other file then', () => {
    const known = `data.example.org ssh-ed25519 ${keyText}`;
    assert.equal(refusalOf(key, rule('', { hostKey: fingerprint(key) })), undefined);
    assert.equal(refusalOf(key, rule('', { hostKey: `ssh-ed25519 ${keyText} comment` })), undefined);
    assert.match(refusalOf(key, rule(known, { hostKey: 'SHA256:other' })) ?? '', /hostKey names another one/);
  });

  it('asks the host for a kind of key that is known', () => {
    assert.equal(keyAlgorithms(rule('')), undefined);
    assert.deepEqual(keyAlgorithms(rule(`data.example.org ssh-rsa ${keyText}`)), ['rsa-sha2-512', 'rsa-sha2-256']);
    assert.deepEqual(keyAlgorithms(rule('', { hostKey: `ssh-ed25519 ${keyText}` })), ['ssh-ed25519']);
    assert.equal(keyAlgorithms(rule('', { hostKey: 'SHA256:abc' })), undefined);
  });
});
