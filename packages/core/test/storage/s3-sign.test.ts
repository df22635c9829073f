import assert from 'node:assert/strict';
import { emptyHash, S3Signer } from '../../src/storage/drivers/s3-sign.ts';

// The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const nowMs = Date.UTC(2013, 4, 24);
const bucket = 'https://examplebucket.s3.amazonaws.com';
const examples = [
  {
    name: 'a GET with a range',
    request: { method: 'GET', url: `${bucket}/test.txt`, headers: { range: 'bytes=0-9' }, bodyHash: emptyHash },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'a PUT with an escaped key and a known body',
    request: {
      method: 'PUT',
      url: `${bucket}/test%24file.text`,
      headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      bodyHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'a query',
    request: { method: 'GET', url: `${bucket}/?max-keys=2&prefix=J`, headers: {}, bodyHash: emptyHash },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
] as const;

describe('signing for S3', () => {
  for (const { name, request, signature } of examples) {
    it(`signs ${name} as the published example`, () => {
      const signed = new S3Signer('us-east-1').sign({ ...request, url: new URL(request.url) }, keys, nowMs);
      assert.equal(/Signature=([0-9a-f]+)$/.exec(signed['authorization'] ?? '')?.[1], signature);
    });
  }

  it('signs the token of keys that expire, and uses no key of another day or secret', () => {
    const signer = new S3Signer('us-east-1');
    const request = { method: 'GET', url: new URL(`${bucket}/a`), headers: {}, bodyHash: emptyHash };
    const first = signer.sign(request, keys, nowMs);
    const withToken = signer.sign(request, { ...keys, sessionToken: 'token' }, nowMs);
    assert.equal(withToken['x-amz-security-token'], 'token');
    assert.match(withToken['authorization'] ?? '', /x-amz-security-token/);
    const others = [
      signer.sign(request, keys, nowMs + 86_400_000),
      signer.sign(request, { ...keys, secretAccessKey: 'other' }, nowMs),
    ];
    assert.equal(new Set([first, withToken, ...others].map((headers) => headers['authorization'])).size, 4);
    assert.deepEqual(signer.sign(request, keys, nowMs), first);
  });
});
