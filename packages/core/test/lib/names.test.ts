import { deepEqual, equal } from 'node:assert/strict';
import { didYouMean, editDistance } from '../../src/lib/did-you-mean.ts';
import { globMatcher, globPrefix } from '../../src/lib/glob.ts';
import { parseReference } from '../../src/lib/reference.ts';
import { runCommand, splitCommand } from '../../src/lib/run-command.ts';

describe('did you mean', () => {
  const cases: readonly [name: string, known: readonly string[], meant: string | undefined][] = [
    ['plugin', ['plugins', 'pipelines'], 'plugins'],
    ['tesk', ['task', 'desk'], 'task'],
    ['biuld', ['build', 'bind'], 'build'],
    ['BUILD', ['build'], 'build'],
    ['build', ['diatom:build', 'dogs:make'], 'diatom:build'],
    ['build', ['diatom:build', 'dogs:build'], undefined],
    ['seed', ['shuffle', 'count'], undefined],
    ['ab', ['cd'], undefined],
    ['', ['a'], undefined],
  ];
  for (const [name, known, meant] of cases) {
    it(`${name} among ${known.join(', ')}: ${meant}`, () => equal(didYouMean(name, known), meant));
  }

  it('counts a swap of neighbours once', () =>
    deepEqual([editDistance('ab', 'ba'), editDistance('abc', 'axc'), editDistance('', 'abc')], [1, 1, 3]));
});

describe('a glob', () => {
  const cases: readonly [pattern: string | readonly string[], key: string, matches: boolean][] = [
    ['*.png', 'a.png', true],
    ['*.png', 'x/a.png', false],
    ['**/*.png', 'a.png', true],
    ['**/*.png', 'x/y/a.png', true],
    ['x/**', 'x/y/a.png', true],
    ['x/**/a.png', 'x/a.png', true],
    ['x/**/a.png', 'xa.png', false],
    ['?.png', 'a.png', true],
    ['?.png', '/.png', false],
    ['*.{png,jpg}', 'a.jpg', true],
    ['*.{png,jp{e,}g}', 'a.jpg', true],
    ['*.{png,jpg}', 'a.gif', false],
    ['a[1].png', 'a[1].png', true],
    ['a.png', 'aXpng', false],
    ['a{b', 'a{b', true],
    [['**', '!**/*.txt'], 'x/a.txt', false],
    [['!*.txt'], 'a.png', true],
    [['!*.txt'], 'a.txt', false],
    [[], 'a', false],
  ];
  for (const [pattern, key, matches] of cases) {
    it(`${JSON.stringify(pattern)} ${matches ? 'takes' : 'leaves'} ${key}`, () =>
      equal(globMatcher(pattern)(key), matches));
  }

  it('says which folder to list', () =>
    deepEqual(['a/b/*.png', 'a/b{1,2}/x', '*.png', 'a/b.png'].map(globPrefix), ['a/b/', 'a/', '', 'a/']));
});

describe('a reference', () => {
  const cases: readonly [text: string, kind: string | undefined, target?: string][] = [
    ['env:KEY', 'env', 'KEY'],
    ['file:./key.txt', 'file', './key.txt'],
    ['cmd:pass show lab', 'cmd', 'pass show lab'],
    ['file:///etc/key', undefined],
    ['plain', undefined],
    ['env:', undefined],
    ['s3://bucket', undefined],
  ];
  for (const [text, kind, target] of cases) {
    it(`${text} is ${kind ?? 'none'}`, () =>
      deepEqual(parseReference(text), kind === undefined ? undefined : { kind, target }));
  }
});

describe('a command line', () => {
  const cases: readonly [text: string, words: readonly string[]][] = [
    ['pass show lab/key', ['pass', 'show', 'lab/key']],
    [`a "b c" 'd "e"' f\\ g`, ['a', 'b c', 'd "e"', 'f g']],
    [`a "say \\"hi\\"" ''`, ['a', 'say "hi"', '']],
    ['C:\\tools\\key.exe $HOME *', ['C:\\tools\\key.exe', '$HOME', '*']],
    ['pre"quoted"post', ['prequotedpost']],
    ['  ', []],
  ];
  for (const [text, words] of cases) {
    it(`${text} has the words ${JSON.stringify(words)}`, () => deepEqual(splitCommand(text), words));
  }

  const here = { cwd: process.cwd(), env: process.env };
  const node = `"${process.execPath}"`;

  it('gives what its program prints', async () => {
    deepEqual(await runCommand(`${node} -p 1+1`, here), { ok: true, stdout: '2\n' });
  });

  const failing: readonly [name: string, command: string, why: RegExp | string, options?: object][] = [
    ['there is no program', 'no-such-program', 'there is no program no-such-program'],
    ['the program fails', `${node} -e "process.exit(3)"`, `${process.execPath} ended with exit code 3`],
    [
      'the program never ends',
      `${node} -e "setInterval(()=>{},1000)"`,
      `${process.execPath} did not end within 0.3 s`,
      { timeoutMs: 300 },
    ],
    [
      'the program prints without end',
      `${node} -e "for(;;)process.stdout.write('x'.repeat(1000))"`,
      `${process.execPath} printed more than 5000 bytes`,
      { maxBytes: 5000 },
    ],
    ['there is nothing to run', ' ', 'the command is empty'],
  ];
  for (const [name, command, why, options] of failing) {
    it(`says so when ${name}`, async () =>
      deepEqual(await runCommand(command, { ...here, ...options }), { ok: false, why }));
  }
});
