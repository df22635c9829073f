import assert from 'node:assert/strict';
import { failureOf } from '@dataset-runner/core/plugin';
import { pythonJson } from '../../src/formats/python-json.ts';
import { readPython } from '../../src/formats/python-read.ts';
import { isMap, likeMap, type Value } from '../../src/formats/value.ts';
import { paramsOf } from '../../src/pipeline/param-file.ts';

/** The values of a file as Python writes them; what JSON has no form for stands as what it is called. */
const shown = (file: string, text: string): string => pythonJson(plain(paramsOf(file, text)));

function plain(value: Value): Value {
  if (isMap(value))
    return likeMap(
      value,
      [...value].map(([key, child]) => [key, plain(child)]),
    );
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'other' ? value.what : value;
}

describe('parameters in Python', () => {
  // What each line gives, as JSON; without a second text the line gives nothing.
  const lines: readonly (readonly [string, string?])[] = [
    ['lr = 1e-7', '1e-07'],
    ['n: int = 1_000', '1000'],
    ['x = -0x_ff', '-255'],
    ['x = 0b11; y = 2', '3'],
    ['x = 1.', '1.0'],
    ['x = .5e3', '500.0'],
    ['x = - 1e400', '-Infinity'],
    ['x = 10000000000000000000', '10000000000000000000'],
    ['x = (True)', 'true'],
    ['x = None # why', 'null'],
    [String.raw`x = 'it\'s ' "t\u00e9\x41\101\tn\q" R"\d"`, String.raw`"it's t\u00e9AA\tn\\q\\d"`],
    ['x = """a\n  b\\\nc"""', String.raw`"a\n  bc"`],
    ['x = ""', '""'],
    ['x = ("a"\n  # beside\n  "b")', '"ab"'],
    ['x = 1, ("b", [],),', '[1, ["b", []]]'],
    ['x = \\\n  [1, 2,]', '[1, 2]'],
    ['x = {"b": {"c": 1}, "b": 2, "ü": ()}', String.raw`{"b": 2, "\u00fc": []}`],
    ['(x) = 1', '1'],
    ['x = {1, 2}', '"the set"'],
    ['x = b"1"', '"the bytes"'],
    ['x = 2j', '"the complex number"'],
    ['x = {10: "a", 2.5: {True: 2}}', '{"2.5": "a map with a key that is neither text nor number,", "10": "a"}'],
    ['x = {10: "a", 9: "b"}', '{"9": "b", "10": "a"}'],
    ['x = {1: 2, "1": 3}', '"a map with a key that is neither text nor number,"'],
    ['x = f"{1}"'],
    ['x = 60 * 60'],
    ['x = not True'],
    ['x = - -1'],
    ['x = 1 if y else 2'],
    ['x = [1, *y]'],
    ['x = {**y}'],
    ['x = lambda a=1: a'],
    ['x = y = 1'],
    ['x, y = 1, 2'],
    ['x[0] = 1'],
    ['x.y = 1'],
    ['x += 1'],
    ['x: int'],
    ['x == 1'],
    ['if True:\n  x = 1\nelse: x = 2'],
    ['def f(x=1):\n\tx = 2\n\n\tdef g(): pass'],
    ['match x:\n  case 1: x = 2'],
    ['async def __init__(self):\n  self.x = 1'],
  ];
  it('literals are read, and nothing else', () => {
    for (const [line, value] of lines) {
      const [first] = [...paramsOf('p.py', line).values()].map((each) => pythonJson(plain(each)));
      assert.equal(first, value, line);
    }
  });

  it('classes are maps, and what __init__ assigns to self is theirs', () => {
    const text = `
"""Where it starts."""
import os
@decorated
class Train(Base, key={1: 2}):
  epochs = 3

  class Inner: x = 1; y = "z"

  def __init__(self, n=2):
        self.n = 5
        self.m: int = 6
        gone = 7
        self.bad = n
        self.a.b = 1

  def other(self):
    self.z = 9
  last = 4
class Empty: pass
self.odd = 1
`;
    assert.equal(
      shown('p.PY', text),
      '{"Empty": {}, "Train": {"Inner": {"x": 1, "y": "z"}, "epochs": 3, "last": 4, "m": 6, "n": 5}, "odd": 1}',
    );
    assert.deepEqual([...readPython(text).skipped], [['Train.bad', 14]]);
  });

  it('where the text falls apart the line is named', () => {
    const broken = [
      ['\n\nx = [1\ny = 2', /p\.py:3: '\[' is never closed/],
      ['x = (1]', /p\.py:1: '\]' closes no bracket/],
      ['y = """\n"""\nx = "a\n', /p\.py:3: a text that begins with " is never closed/],
      ['x = 1\ny = 0777', /p\.py:2: '0777' begins no number/],
      ['x = $1', /p\.py:1: '\$' has no place here/],
      ['x = 1\n  y = 2\n', /p\.py:2: this line is indented too far/],
      ['class A:\n    x = 1\n  y = 2\n', /p\.py:3: this line is indented too far/],
      [String.raw`x = "\N{BULLET}"`, /p\.py:1: a character by its name/],
      [String.raw`x = "\x1"`, /p\.py:1: '\\x' names no character/],
    ] as const;
    for (const [text, words] of broken) {
      assert.throws(
        () => paramsOf('p.py', text),
        (error: Error) => failureOf(error)?.code === 'registry.file-broken' && words.test(error.message),
        text,
      );
    }
  });
});

describe('parameters in TOML', () => {
  it('numbers keep their kind, keys their order, and dates are dates', () => {
    const text = `
f = 1.0
lr = 1e-7
hex = 0xff
big = 9007199254740993
neg = -0.0
name = "ü\\t"
when = 1979-05-27
[net]
depth.max = 3
depth.all = [1, 2.0, {x = true}]
[[layers]]
size = 10
[[layers]]
`;
    assert.equal(
      shown('p.toml', text),
      '{"big": 9007199254740993, "f": 1.0, "hex": 255, "layers": [{"size": 10}, {}], "lr": 1e-07, "name": "\\u00fc\\t", "neg": -0.0, "net": {"depth": {"all": [1, 2.0, {"x": true}], "max": 3}}, "when": "the date"}',
    );
    assert.deepEqual([...paramsOf('p.toml', text).keys()], 'f lr hex big neg name when net layers'.split(' '));
  });

  it('a broken file is named with its line', () => {
    assert.throws(() => paramsOf('p.toml', 'a = 1\nb = ['), /p\.toml:2: ./);
    assert.throws(() => paramsOf('p.toml', 'a = 1\na = 2'), /p\.toml:2: ./);
  });
});
