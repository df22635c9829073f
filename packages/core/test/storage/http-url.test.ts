import assert from 'node:assert/strict';
import { keyUrl } from '../../src/storage/drivers/http-url.ts';

describe('the URL of a key', () => {
  const cases = [
    ['http://host', 'a.png', 'http://host/a.png'],
    ['http://host/', 'd/a.png', 'http://host/d/a.png'],
    ['http://host:8080/data', 'a.png', 'http://host:8080/data/a.png'],
    ['http://host/data/', 'a.png', 'http://host/data/a.png'],
    ['http://host/data/?sig=a%2Fb', 'a.png', 'http://host/data/a.png?sig=a%2Fb'],
    ['http://host/data?', 'a.png', 'http://host/data/a.png'],
    ['http://host/data#part', 'a.png', 'http://host/data/a.png'],
    ['http://user:word@host/data', 'a.png', 'http://user:word@host/data/a.png'],
    ['http://host/d%C3%A4ta', 'ä +%?#&;.png', 'http://host/d%C3%A4ta/%C3%A4%20%2B%25%3F%23%26%3B.png'],
    ['http://host/data', '...', 'http://host/data/...'],
  ] as const;
  for (const [base, key, expected] of cases)
    it(`is ${expected} for ${key} below ${base}`, () => {
      assert.equal(keyUrl(new URL(base), key).href, expected);
    });

  it('has the query of the base and more of it, without what is undefined', () => {
    const query = { prefix: 'ä b&c=d+', marker: undefined, limit: '5' };
    const expected = 'prefix=%C3%A4%20b%26c%3Dd%2B&limit=5';
    assert.equal(keyUrl(new URL('http://host/data/'), undefined, query).href, `http://host/data/?${expected}`);
    assert.equal(keyUrl(new URL('http://host/data?sig=1'), 'a', query).href, `http://host/data/a?sig=1&${expected}`);
    assert.equal(keyUrl(new URL('http://host'), undefined).href, 'http://host/');
  });
});
