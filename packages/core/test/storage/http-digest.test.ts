import assert from 'node:assert/strict';
import { bestDigest, digestHeader, parseChallenges } from '../../src/storage/drivers/http-digest.ts';

describe('digest login', () => {
  // RFC 7616 3.9.1.
  const rfc =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, ' +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ' +
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, ' +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const request = {
    method: 'GET',
    uri: '/dir/index.html',
    count: 1,
    clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  };
  const mufasa = { username: 'Mufasa', password: 'Circle of Life' };

  it('answers the SHA-256 example of RFC 7616', () => {
    const challenge = bestDigest(parseChallenges(rfc));
    assert.ok(challenge);
    const header = digestHeader(challenge, mufasa, request);
    assert.match(header, /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/);
    assert.match(header, /algorithm=SHA-256/);
    assert.match(header, /qop=auth, nc=00000001/);
  });

  it('answers the MD5 example of RFC 7616', () => {
    const challenge = parseChallenges(rfc)[1];
    assert.ok(challenge);
    assert.match(digestHeader(challenge, mufasa, request), /response="8ca523f5e9506fed4657c9700eebdbec"/);
  });

  it('answers the old form without qop of RFC 2069', () => {
    const [challenge] = parseChallenges(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
    );
    assert.ok(challenge);
    const header = digestHeader(challenge, { username: 'Mufasa', password: 'CircleOfLife' }, request);
    assert.match(header, /response="1949323746fe6a43ef61f9606e7febea"/);
    assert.doesNotMatch(header, /qop|cnonce|algorithm/);
  });

  it('reads several challenges out of one header, quotes and commas in them', () => {
    assert.deepEqual(parseChallenges('Negotiate, Basic realm="a, \\"b\\"", Bearer realm=x, error="e"'), [
      { scheme: 'basic', params: { realm: 'a, "b"' } },
      { scheme: 'bearer', params: { realm: 'x', error: 'e' } },
    ]);
  });

  it('takes the strongest it knows, and nothing it does not know', () => {
    const offered = parseChallenges(
      'Digest nonce="a", algorithm=MD5, Digest nonce="b", algorithm=SHA-256, Digest nonce="c", algorithm=SHA-999',
    );
    assert.equal(bestDigest(offered)?.params['nonce'], 'b');
    assert.equal(bestDigest(parseChallenges('Digest nonce="a", qop="auth-int"')), undefined);
    assert.equal(bestDigest(parseChallenges('Basic realm="x"')), undefined);
  });

  it('writes names beyond ASCII in their own form', () => {
    const [challenge] = parseChallenges('Digest realm="r", nonce="n", qop="auth"');
    assert.ok(challenge);
    assert.match(
      digestHeader(challenge, { username: 'Jäger', password: 'x' }, request),
      /username\*=UTF-8''J%C3%A4ger/,
    );
  });
});
