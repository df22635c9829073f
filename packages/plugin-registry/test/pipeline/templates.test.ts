import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf } from '@dataset-runner/core/plugin';
import { isList, isMap, type Value, type ValueMap } from '../../src/formats/value.ts';
import { valueOf } from '../../src/formats/yaml-node.ts';
import { readYaml } from '../../src/formats/yaml-read.ts';
import { pythonJson } from '../../src/formats/python-json.ts';
import { expandStage } from '../../src/pipeline/expand-stages.ts';
import { interpolate } from '../../src/pipeline/interpolate.ts';
import { columns } from '../../src/pipeline/named-values.ts';
import { pipelineFileOf } from '../../src/pipeline/pipeline-file.ts';
import { stageOf } from '../../src/pipeline/stage.ts';
import { graphOf, reachable } from '../../src/pipeline/stage-graph.ts';
import { fileContext } from '../../src/pipeline/template-context.ts';
import { dvcData, vectors } from '../support/vectors.ts';

const load = (text: string): ValueMap => {
  const value = valueOf(readYaml(text).root);
  assert.ok(isMap(value));
  return value;
};

// The stages of a dvc.yaml in a folder `set`, by name, with the parameters beside it.
function stagesOf(text: string, params = '{}', files: { readonly [file: string]: string } = {}): Map<string, ValueMap> {
  const file = pipelineFileOf('set/dvc.yaml', text);
  const all: { readonly [file: string]: string } = { 'set/params.yaml': params, ...files };
  const read = (path: string): ValueMap | undefined => {
    const found = all[path];
    return found === undefined ? undefined : load(found);
  };
  const context = fileContext(file.file, file.vars, read);
  return new Map(
    [...file.stages].flatMap(([name, entry]) =>
      expandStage(name, entry, { file: file.file, context, read }).map((each) => [each.name, each.body] as const),
    ),
  );
}

describe('values as columns', () => {
  it('are as wide as the widest of more rows than a call has room for', () => {
    const text = columns([...Array.from({ length: 150_000 }, () => ['a', '1']), ['abc', '2']]);
    assert.ok(text.startsWith('a    1\n') && text.endsWith('\nabc  2'));
  });
});

describe('templates of pipelines', () => {
  it('are filled in as DVC fills them in', function () {
    const all = load(vectors(this, 'interpolate'));
    const [context, cases] = [all.get('context'), all.get('cases')];
    assert.ok(isMap(context) && isList(cases) && cases.length >= 20);
    for (const each of cases) {
      assert.ok(isMap(each));
      const [template, key] = [each.get('template'), each.get('key')];
      assert.ok(typeof template === 'string');
      const act = (): Value => interpolate(template, context, typeof key === 'string' ? { key } : {});
      const error = each.get('error');
      if (typeof error === 'string')
        assert.throws(act, { name: 'TemplateFault', message: error.split(': ')[1] }, template);
      else assert.equal(pythonJson(act()), pythonJson(each.get('result') ?? null), template);
    }
  });

  it('foreach names stages by value, key or index, and matrix by all values', () => {
    const stages = stagesOf(
      [
        'vars: [{extra: {deep: 3}}, more.json:width]',
        'stages:',
        '  scalars: {foreach: [us, true, 1.0], do: {cmd: "run ${item}"}}',
        '  maps: {foreach: "${models}", do: {cmd: "run ${key} ${item.depth}"}}',
        '  lists: {foreach: [{a: 1}, {a: 2}], do: {cmd: "run ${item.a}"}}',
        '  grid: {matrix: {size: [1, 2], model: [{n: x}]}, cmd: "run ${item.size} ${item.model.n} ${key}"}',
        '  taken: {foreach: "${flags}", do: {cmd: "run ${item}"}}',
        '  mixed: {matrix: {a: "${flags}", b: [true, "${flags[0]}"]}, cmd: "run ${item.a} ${item.b}"}',
        '  own: {vars: [{mine: 5}], cmd: "run ${mine} ${extra.deep} ${width}"}',
      ].join('\n'),
      'models: {small: {depth: 1}, large: {depth: 9}}\nflags: [true]',
      { 'set/more.json': '{"width": 7, "height": 8}' },
    );
    assert.deepEqual(
      [...stages].map(([name, body]) => [name, body.get('cmd')]),
      [
        ['scalars@us', 'run us'],
        ['scalars@true', 'run true'],
        ['scalars@1.0', 'run 1.0'],
        ['maps@small', 'run small 1'],
        ['maps@large', 'run large 9'],
        ['lists@0', 'run 1'],
        ['lists@1', 'run 2'],
        ['grid@1-model0', 'run 1 x 1-model0'],
        ['grid@2-model0', 'run 2 x 2-model0'],
        // A boolean is named as Python has it where a template brought it.
        ['taken@True', 'run true'],
        ['mixed@True-true', 'run true true'],
        ['mixed@True-True', 'run true true'],
        ['own', 'run 5 3 7'],
      ],
    );
  });

  it('a value is never overwritten, and a missing one is named', () => {
    const stage = 'stages: {a: {cmd: "run ${nope.x}"}}';
    assert.throws(() => stagesOf(stage), { message: "Could not find 'nope.x'" });
    assert.throws(() => stagesOf('vars: [v.yaml:a.b]\nstages: {}', '{}', { 'set/v.yaml': 'a: {b: 1}' }), {
      message: "could not find 'a.b' in 'v.yaml'",
    });
    assert.throws(() => stagesOf(`vars: [{lr: 2}]\n${stage}`, 'lr: 1'), /Cannot redefine 'lr'/);
    assert.throws(() => stagesOf('stages: {a: {cmd: "run ${when}"}}', 'when: 2020-01-02'), /is the date 2020-01-02/);
  });

  it('a file DVC would refuse is refused by name and line', () => {
    const cases = [
      ['stages:\n  a:\n    cmd: x\n    outz: [b]\n', 'registry.key-unknown', /dvc\.yaml:4: unknown key 'outz'/],
      ['stages:\n  a:\n    deps: [b]\n', 'registry.file-broken', /dvc\.yaml:2: .*cmd/],
      ['stages:\n  a: {cmd: x, deps: b}\n', 'registry.file-broken', /'deps' is no list/],
      ['stages:\n  a/b: {cmd: x}\n', 'registry.file-broken', /is no stage name/],
      ['stages:\n  a: [\n', 'registry.file-broken', /dvc\.yaml:\d+/],
    ] as const;
    for (const [text, code, words] of cases) {
      assert.throws(
        () => pipelineFileOf('dvc.yaml', text),
        (error: Error) => failureOf(error)?.code === code && words.test(error.message),
        text,
      );
    }
  });

  it('the stages of the real registry are linked by the paths they share', function () {
    const root = join(dvcData(this), 'real', 'seed-image-data-registry', 'processed', '01_image_dataset');
    const file = pipelineFileOf('dvc.yaml', readFileSync(join(root, 'dvc.yaml'), 'utf8'));
    const graph = graphOf([...file.stages].map(([name, body]) => stageOf('dvc.yaml', name, body)));
    assert.deepEqual(
      [...graph.waitsFor],
      [
        ['remove_corrupted_images', []],
        ['remove_dark_and_bright_images', ['remove_corrupted_images']],
        ['classify_day_night_and_foggy_images', ['remove_dark_and_bright_images']],
      ],
    );
    assert.deepEqual([...reachable(graph, ['remove_dark_and_bright_images'], { direction: 'down' })].sort(), [
      'classify_day_night_and_foggy_images',
      'remove_dark_and_bright_images',
    ]);
  });

  it('rings and shared outputs are refused by name', () => {
    const stage = (name: string, deps: string, outs: string): ReturnType<typeof stageOf> =>
      stageOf('dvc.yaml', name, load(`{cmd: x, deps: [${deps}], outs: [${outs}]}`));
    const code = (wanted: string) => (error: unknown) => failureOf(error)?.code === wanted;
    assert.throws(() => graphOf([stage('a', 'y', 'x'), stage('b', 'x/part', 'y')]), code('registry.graph-cycle'));
    assert.throws(() => graphOf([stage('a', 'i', 'x'), stage('b', 'i', 'x')]), code('registry.outs-overlap'));
    assert.throws(() => graphOf([stage('a', 'i', 'x'), stage('b', 'i', 'x/y')]), code('registry.outs-overlap'));
    assert.throws(() => stage('a', '../../up', 'x'), code('registry.path-outside'));
    assert.throws(() => stage('a', 'i', '.'), code('registry.path-outside'));
    const above = graphOf([stage('last', 'data', 'z'), stage('first', 'i', 'data/a/b')]);
    assert.deepEqual(above.waitsFor.get('last'), ['first']);
    assert.deepEqual(
      above.ordered.map(({ name }) => name),
      ['first', 'last'],
    );
  });
});
