import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreTrouble, TroubleKind } from '../../src/model/driver.ts';
import { readS3Options } from '../../src/storage/drivers/s3-client.ts';
import { answerOfXml, troubleOfS3, troubleOfSdk } from '../../src/storage/drivers/s3-trouble.ts';
import { isTransient } from '../../src/storage/trouble.ts';
import { temporaryFolder } from './support.ts';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly kind: TroubleKind;
  readonly reason?: RegExp;
  readonly transient?: true;
}

// As AWS documents them, and MinIO, Ceph and Swift send them.
const refusals: readonly Refusal[] = [
  { status: 404, code: 'NoSuchKey', kind: 'missing' },
  { status: 404, code: '', kind: 'missing' },
  { status: 404, code: 'NoSuchBucket', kind: 'no-bucket' },
  { status: 301, code: 'PermanentRedirect', kind: 'no-bucket' },
  { status: 400, code: 'AuthorizationHeaderMalformed', kind: 'no-bucket' },
  { status: 403, code: 'AccessDenied', kind: 'denied' },
  { status: 403, code: 'InvalidAccessKeyId', kind: 'denied', reason: /does not know this access key/ },
  { status: 403, code: 'SignatureDoesNotMatch', kind: 'denied', reason: /does not fit/ },
  { status: 400, code: 'ExpiredToken', kind: 'denied', reason: /has expired/ },
  { status: 400, code: 'InvalidToken', kind: 'denied', reason: /not valid/ },
  { status: 403, code: 'RequestTimeTooSkewed', kind: 'denied', reason: /clock/, transient: true },
  { status: 503, code: 'SlowDown', kind: 'throttled', transient: true },
  { status: 503, code: '', kind: 'unavailable', transient: true },
  { status: 522, code: '', kind: 'unavailable', transient: true },
  { status: 500, code: 'InternalError', kind: 'unavailable', transient: true },
  { status: 400, code: 'RequestTimeout', kind: 'unavailable', transient: true },
  { status: 412, code: 'PreconditionFailed', kind: 'conflict' },
  { status: 409, code: 'ConditionalRequestConflict', kind: 'unavailable', transient: true },
  { status: 400, code: 'EntityTooLarge', kind: 'limit' },
  { status: 403, code: 'QuotaExceeded', kind: 'full' },
  { status: 400, code: 'BadDigest', kind: 'corrupt', transient: true },
  { status: 501, code: 'NotImplemented', kind: 'unsupported' },
  { status: 418, code: 'Unheard', kind: 'broken' },
];

describe('the troubles of S3', () => {
  for (const { status, code, kind, reason, transient } of refusals) {
    it(`takes ${status} ${code === '' ? 'without a body' : code} for ${kind}`, () => {
      const xml = code === '' ? '' : `<Error><Code>${code}</Code><Message>why</Message></Error>`;
      const headers = { 'x-amz-request-id': 'tx1' };
      const trouble = troubleOfS3(answerOfXml(status, headers, xml), 'PUT a');
      assert.equal(trouble.kind, kind);
      assert.equal(isTransient(trouble), transient === true);
      assert.equal(trouble.details.requestId, 'tx1');
      if (reason !== undefined) assert.match(trouble.details.reason ?? '', reason);
    });
  }

  it('names the region a bucket lies in, from a header or the body', () => {
    const inHeader = { status: 301, code: '', message: '', headers: { 'x-amz-bucket-region': 'eu-west-1' } };
    assert.match(troubleOfS3(inHeader, 'HEAD a').message, /eu-west-1/);
    const xml = '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>';
    assert.match(troubleOfS3(answerOfXml(400, {}, xml), 'GET a').message, /eu-west-2/);
  });

  it('tells missing credentials and unreadable answers of the SDK from bugs', () => {
    const named = (name: string, more: object = {}): Error => Object.assign(new Error('why'), { name, ...more });
    const kindOf = (error: unknown): unknown => (troubleOfSdk(error, 'LIST') as { kind?: unknown }).kind;
    assert.equal(kindOf(named('CredentialsProviderError')), 'denied');
    assert.equal(kindOf(named('SyntaxError', { $metadata: { httpStatusCode: 200 } })), 'broken');
    const bug = new TypeError('x is not a function');
    assert.equal(troubleOfSdk(bug, 'LIST'), bug);
  });

  it('speaks of a refusal that has no words by its code', () => {
    const error = Object.assign(new Error('UnknownError'), {
      name: 'NoSuchBucket',
      $metadata: { httpStatusCode: 404 },
    });
    assert.equal((troubleOfSdk(error, 'LIST in nope') as Error).message, 'LIST in nope answered NoSuchBucket');
  });

  it('says that no region is known, which is no fault of the program', () => {
    const trouble = troubleOfSdk(new Error('Region is missing'), 'GET a');
    assert.equal((trouble as { kind?: unknown }).kind, 'no-bucket');
  });

  it('names a profile that is in no file of AWS, whatever the SDK says of it', () => {
    using folder = temporaryFolder();
    const before = { ...process.env };
    const [config, credentials] = [join(folder.path, 'config'), join(folder.path, 'credentials')];
    writeFileSync(config, '[default]\nregion = eu-west-1\n [profile lab]\n[profile "with space"]\n');
    Object.assign(process.env, { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials });
    delete process.env['AWS_PROFILE'];
    try {
      const login = Object.assign(new Error('why'), { name: 'CredentialsProviderError' });
      const reason = (error: Error, profile?: string): string | undefined =>
        (troubleOfSdk(error, 'LIST', profile) as StoreTrouble).details.reason;
      assert.match(reason(login, 'gone') ?? '', /no profile "gone"/);
      assert.match(reason(new Error('Region is missing'), 'gone') ?? '', /no profile "gone"/);
      for (const name of ['lab', 'default', 'with space', undefined])
        assert.match(reason(login, name) ?? '', /no credentials were found/);
      process.env['AWS_PROFILE'] = 'gone';
      assert.match(reason(login) ?? '', /no profile "gone"/);
      writeFileSync(credentials, '[gone]\n');
      assert.match(reason(login) ?? '', /no credentials were found/);
    } finally {
      process.env = before;
    }
  });

  it('refuses options that can only be slips', () => {
    for (const [options, says] of [
      [{ endpoint: 'minio:9000' }, /endpoint minio:9000 is no/],
      [{ region: 'eu central' }, /eu central cannot be a region/],
      [{ accessKeyId: 'a' }, /go together/],
      [{ secretAccessKey: 'b' }, /go together/],
    ] as const)
      assert.throws(() => readS3Options(options), says);
  });
});
