import assert from 'node:assert/strict';
import { readLabel } from '../src/validate/read-label.ts';
import { validationOf, validationSarif } from '../src/validate/reports.ts';
import { finding, type Finding } from '../src/validate/rules.ts';

interface Sarif {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly SarifResult[];
    },
  ];
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region?: { readonly startLine: number; readonly startColumn: number };
      };
    },
  ];
}

function sarifOf(findings: readonly Finding[]): Sarif {
  return JSON.parse(validationSarif(validationOf({ images: 0, labels: 0, objects: 0 }, findings))) as Sarif;
}

describe('the SARIF report of yolo:validate', () => {
  const found = [
    finding('label-columns', { file: 'labels/b.txt', line: 3, column: 7 }, '4 columns'),
    finding('data-path', { file: 'data.yaml' }, 'a path'),
    finding('box-tiny', { file: 'labels/a.txt' }, 'small'),
    finding('label-columns', { file: 'labels/a.txt', line: 2 }, '3 columns'),
  ];

  it('has what SARIF 2.1.0 asks for, and rules that their results find again', () => {
    const { $schema, version, runs } = sarifOf(found);
    assert.deepEqual([version, URL.canParse($schema), runs.length], ['2.1.0', true, 1]);
    const [{ tool, results }] = runs;
    assert.equal(tool.driver.name, 'yolo:validate');
    assert.deepEqual(
      results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id),
      results.map(({ ruleId }) => ruleId),
    );
    assert.deepEqual(
      results.map(({ level }) => level),
      ['note', 'warning', 'error', 'error'],
    );
    assert.deepEqual(results.at(-1)!.locations[0].physicalLocation.region, { startLine: 3, startColumn: 7 });
  });

  it('names files by relative references that no mark in a name cuts short or turns into a scheme', () => {
    const uriOf = (file: string): string =>
      sarifOf([finding('label-bytes', { file }, 'x')]).runs[0].results[0]!.locations[0].physicalLocation
        .artifactLocation.uri;
    for (const [file, uri] of [
      ['labels/50% #1?.txt', 'labels/50%25%20%231%3F.txt'],
      ['labels/ä [1].txt', 'labels/%C3%A4%20%5B1%5D.txt'],
      ['a:b/c.txt', 'a%3Ab/c.txt'],
      ['./data.yaml', 'data.yaml'],
      ['a\\b.txt', 'a%5Cb.txt'],
      ['cut\ud800.txt', 'cut%EF%BF%BD.txt'],
    ] as const) {
      assert.equal(uriOf(file), uri);
      const base = 'https://example.org/set/';
      assert.equal(decodeURIComponent(new URL(uri, base).href), base + file.toWellFormed().replace(/^\.\//, ''));
    }
  });

  it('counts columns from the first character that editors show, after a byte order mark', () => {
    const { findings } = readLabel(Buffer.from('\uFEFF0 0.5 x 1 1\r\n'), { file: 'a.txt', classCount: 1 });
    assert.deepEqual(
      findings.map(({ code, line, column }) => [code, line, column]),
      [
        ['label-bytes', 1, 1],
        ['label-bytes', 1, 12],
        ['label-number', 1, 7],
      ],
    );
  });

  it('gives no line of a file that has none', () => {
    const regionOf = (file: string) =>
      sarifOf([finding('image-small', { file }, 'x')]).runs[0].results[0]!.locations[0].physicalLocation.region;
    assert.equal(regionOf('images/a.PNG'), undefined);
    assert.equal(regionOf('labels/train.cache'), undefined);
    assert.deepEqual(regionOf('labels/a.txt'), { startLine: 1, startColumn: 1 });
  });

  it('doubles braces, which stand for arguments', () => {
    const { results } = sarifOf([finding('label-number', { file: 'a.txt' }, "'{0}' is no number")]).runs[0];
    assert.equal(results[0]!.message.text, "'{{0}}' is no number");
  });
});
