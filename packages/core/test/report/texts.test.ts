import assert from 'node:assert/strict';
import { changesBetween } from '../../src/report/item-changes.ts';
import { styleFor } from '../../src/report/style.ts';
import { bytes, clock, count, percent, rate, took } from '../../src/report/units.ts';
import { cut, pad, textWidth, wrap } from '../../src/report/width.ts';

describe('widths', () => {
  for (const [text, cells] of [
    ['', 0],
    ['plain', 5],
    ['珪藻', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🧫', 2],
    ['👩‍🔬', 2],
    ['\u001B[31mred\u001B[39m', 3],
    ['한글', 4],
    ['ﾃ', 1],
    // A vowel sign that stands beside its letter, and letters that a script joins.
    ['\u0915\u093F', 2],
    ['\u0915\u094D\u0937', 2],
    ['\u1780\u17D2\u1780', 2],
    ['\u0E17\u0E35\u0E48', 1],
    ['\u{17000}', 2],
    ['\u{1B001}', 2],
    ['\u4DC0', 2],
    ['a\u00ADb', 3],
    ['\u2764\uFE0F', 2],
    ['🏳️‍🌈', 2],
    ['🇩🇪', 2],
    ['1\uFE0F\u20E3', 2],
    ['a\u20DD', 1],
    ['\u1112\u1161\u11AB', 2],
  ] as const) {
    it(`counts ${JSON.stringify(text)} as ${cells}`, () => assert.equal(textWidth(text), cells));
  }

  it('cuts at the end or in the middle, never through a wide letter', () => {
    assert.equal(cut('abcdef', 6), 'abcdef');
    assert.equal(cut('abcdef', 4), 'abc…');
    assert.equal(cut('plankton/2026/a.png', 11, 'middle'), 'plank…a.png');
    assert.equal(cut('珪藻の写真', 5), '珪藻…');
    assert.equal(cut('珪藻の写真', 4), '珪…');
    assert.equal(pad('珪藻', 6), '珪藻  ');
  });

  it('wraps at spaces and keeps long words whole', () => {
    assert.deepEqual(wrap('see https://example.org/a/b/c/d now', 12), ['see', 'https://example.org/a/b/c/d', 'now']);
  });
});

describe('units', () => {
  it('read as people write them', () => {
    assert.deepEqual([count(999), count(1_234_567)], ['999', '1,234,567']);
    assert.deepEqual(
      [bytes(0), bytes(999), bytes(1_000), bytes(999_999), bytes(2.5e12)],
      ['0 B', '999 B', '1.0 kB', '1.0 MB', '2.5 TB'],
    );
    assert.deepEqual(
      [clock(7_000), clock(760_000), clock(11_100_000), clock(187_800_000)],
      ['0:07', '12:40', '3:05:00', '2d 04:10'],
    );
    assert.deepEqual(
      [took(210), took(42_400), took(760_000), took(7_200_000)],
      ['210 ms', '42 s', '12 min 40 s', '2 h'],
    );
    assert.deepEqual(
      [rate(420, 'items'), rate(3.14, 'items'), rate(0.05, 'items'), rate(3.1e6, 'bytes')],
      ['420/s', '3.1/s', '3.0/min', '3.1 MB/s'],
    );
    assert.deepEqual([percent(999, 1000), percent(1, 0), percent(5, 4)], ['99 %', '0 %', '100 %']);
  });
});

describe('changes between two items', () => {
  for (const [before, after, expected] of [
    ['{"a":1}', '{"a":1}', []],
    ['{"a":1}', '{"a":2}', [{ path: 'a', before: '1', after: '2' }]],
    [
      '{"a":1}',
      '{"b":1}',
      [
        { path: 'a', before: '1' },
        { path: 'b', after: '1' },
      ],
    ],
    ['{"a":[{"w":1},{"w":2}]}', '{"a":[{"w":1},{"w":3}]}', [{ path: 'a[1].w', before: '2', after: '3' }]],
    ['{"a":[1,2]}', '{"a":[1,2,3]}', [{ path: 'a[]', after: '3' }]],
    ['{"a":[1]}', '{"a":[1,1]}', [{ path: 'a.length', before: '1', after: '2' }]],
    ['{"a b":1}', '{"a b":2}', [{ path: '["a b"]', before: '1', after: '2' }]],
    ['"x"', '"y"', [{ path: '', before: '"x"', after: '"y"' }]],
    ['{"a":null}', '{"a":{}}', [{ path: 'a', before: 'null', after: '{}' }]],
    ['sha256:12', 'sha256:13', undefined],
  ] as const) {
    it(`${before} -> ${after}`, () => assert.deepEqual(changesBetween(before, after), expected));
  }
});

describe('the style of a stream', () => {
  const terminal = { isTTY: true };
  it('follows the customs of terminals', () => {
    assert.equal(styleFor(terminal, {}).colour, true);
    assert.equal(styleFor(terminal, { NO_COLOR: '1' }).colour, false);
    assert.equal(styleFor(terminal, { NO_COLOR: '' }).colour, true);
    assert.equal(styleFor(terminal, { TERM: 'dumb' }).colour, false);
    assert.equal(styleFor({}, {}).colour, false);
    assert.equal(styleFor({}, { FORCE_COLOR: '1' }).colour, true);
    assert.equal(styleFor(terminal, { LANG: 'C' }).signs.ok, 'ok');
    assert.equal(styleFor(terminal, { LANG: 'de_DE.UTF-8' }).signs.ok, '✓');
    assert.equal(styleFor(terminal, { LANG: 'de_DE.ISO-8859-1' }).signs.ok, 'ok');
  });

  for (const [agent, expected] of [
    [undefined, 'runner'],
    ['npm/11.6.2 node/v24.15.0 linux x64 workspaces/false', 'npx runner'],
    ['pnpm/10.2.0 npm/? node/v24.15.0 linux x64', 'pnpm exec runner'],
    ['yarn/4.6.0 npm/? node/v24.15.0 linux x64', 'yarn runner'],
    ['bun/1.2.0 npm/? node/v24.15.0 linux x64', 'bunx runner'],
    ['another', 'runner'],
  ] as const) {
    it(`names commands as ${expected} for who was started by ${agent ?? 'nobody'}`, () => {
      const { typed } = styleFor(terminal, agent === undefined ? {} : { npm_config_user_agent: agent });
      assert.equal(typed('See them with: runner tasks'), `See them with: ${expected} tasks`);
      assert.equal(typed('  runner run a:b'), `  ${expected} run a:b`);
      assert.equal(typed('Say `runner doctor`.'), `Say \`${expected} doctor\`.`);
      assert.equal(typed('The runner needs a runner that runs'), 'The runner needs a runner that runs');
    });
  }
});
