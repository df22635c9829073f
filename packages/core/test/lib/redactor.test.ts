import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { createRedactor } from '../../src/lib/redactor.ts';

const secret = 'p@ss "word"/ü';

describe('a redactor', () => {
  const forms: readonly [name: string, text: string][] = [
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['as a form sends it', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ];
  for (const [name, text] of forms) {
    it(`masks a secret ${name}`, () => {
      const redactor = createRedactor();
      redactor.add(secret);
      equal(redactor.redact(`a ${text} b ${text}`), 'a *** b ***');
    });
  }

  for (const user of ['a', 'ab', 'abc']) {
    it(`masks a password in base64 behind the user ${user}`, () => {
      const redactor = createRedactor();
      redactor.add('correct horse battery');
      const header = Buffer.from(`${user}:correct horse battery`).toString('base64');
      const shown = redactor.redact(header);
      notEqual(shown, header);
      // What is left of the coded text is too short to hold any of the password's middle.
      equal(shown.replace('***', '').length <= 10, true, shown);
    });
  }

  it('masks the longer of two secrets whole', () => {
    const redactor = createRedactor();
    redactor.add('abcd');
    redactor.add('abcdefgh');
    equal(redactor.redact('xabcdefghx abcd'), 'x***x ***');
  });

  it('masks each line of a private key', () => {
    const redactor = createRedactor();
    redactor.add('-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEAAoIBAQC7VJT\n-----END KEY-----');
    equal(redactor.redact('line 2: AASCBKcwggSjAgEAAoIBAQC7VJT'), 'line 2: ***');
  });

  it('masks two or three characters as a word of their own', () => {
    const redactor = createRedactor();
    equal(redactor.add('ada'), true);
    equal(redactor.redact('ada, user=ada&x: adagio, Óada, Granada'), '***, user=***&x: adagio, Óada, Granada');
  });

  it('refuses a single character', () => {
    const redactor = createRedactor();
    equal(redactor.add('a'), false);
    equal(redactor.redact('a b'), 'a b');
  });

  const shapes: readonly [text: string, masked: string][] = [
    ['https://ada:pass@example.org/x', 'https://***@example.org/x'],
    ['webdav+https://ada:p%40s@x.org', 'webdav+https://***@x.org'],
    ['https://token@example.org/x', 'https://***@example.org/x'],
    ['run --to sftp://lab@example.org/x --force', 'run --to sftp://lab@example.org/x --force'],
    ['"postgres://me@example.org:5432/pivot"', '"postgres://me@example.org:5432/pivot"'],
    ['sftp://lab:pass@example.org/x', 'sftp://***@example.org/x'],
    ['postgres://me@my:pass@example.org', 'postgres://***@example.org'],
    ['x+sftp://token@example.org', 'x+sftp://***@example.org'],
    ['https://example.org/a@b', 'https://example.org/a@b'],
    ['see https://example.org and write to ada@x.org', 'see https://example.org and write to ada@x.org'],
    ['https://a.blob.core.windows.net/c?sv=1&sig=abc%3D&se=2', 'https://a.blob.core.windows.net/c?sv=1&sig=***&se=2'],
    ['?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=00ff&x=1', '?X-Amz-Credential=***&X-Amz-Signature=***&x=1'],
    ['X-Amz-Security-Token=abc', 'X-Amz-Security-Token=***'],
    ['AccountName=lab;AccountKey=abc==;Suffix=x', 'AccountName=lab;AccountKey=***;Suffix=x'],
    ['Authorization: Basic abc=', 'Authorization: ***'],
    ['"authorization":"Bearer abc","x":1', '"authorization":"***","x":1'],
    ['Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=c\nHost: x', 'Authorization: ***\nHost: x'],
    ['password=hunter2&x=1', 'password=***&x=1'],
    ['{"password": "hunter2"}', '{"password": "***"}'],
    ['designation=x', 'designation=x'],
  ];
  for (const [text, masked] of shapes) {
    it(`shows ${JSON.stringify(masked)}`, () => equal(createRedactor().redact(text), masked));
  }

  it('masks values and keys at any depth', () => {
    const redactor = createRedactor();
    redactor.add('hunter2');
    deepEqual(redactor.redactJson({ a: [{ b: 'is hunter2' }, 1, null], hunter2: true, Authorization: 'x' }), {
      a: [{ b: 'is ***' }, 1, null],
      '***': true,
      Authorization: '***',
    });
  });

  it('gives back the very same value when there is nothing to mask', () => {
    const redactor = createRedactor();
    redactor.add('hunter2');
    const value = { a: [1, { b: 'c' }] };
    equal(redactor.redactJson(value), value);
  });

  it('ends on values that hold themselves', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    equal(JSON.stringify(createRedactor().redactJson(value)).includes('"***"'), true);
  });

  it('is linear in hostile text', () => {
    const redactor = createRedactor();
    const started = performance.now();
    for (const piece of ['a.', 'x://', 'sftp://a@', 'sftp://', 'sig=', 'Authorization: ', 'https://a', '"password": "'])
      redactor.redact(`${piece.repeat(100_000)} ://`);
    equal(performance.now() - started < 3000, true);
  });
});
