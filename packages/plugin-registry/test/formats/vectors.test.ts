import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parseConfig, dumpConfig, type DvcConfig, type Section } from '../../src/formats/config-file.ts';
import { gitignoreLine } from '../../src/formats/gitignore-line.ts';
import { IgnoreRules } from '../../src/formats/ignore.ts';
import { LegacyMd5, looksLikeText } from '../../src/formats/md5.ts';
import { pythonJson } from '../../src/formats/python-json.ts';
import { parseTree, treeOf, type TreeEntry } from '../../src/formats/tree.ts';
import {
  floatRepr,
  isOther,
  isList,
  isMap,
  isNumber,
  mapOf,
  toNumber,
  type Value,
  type ValueMap,
} from '../../src/formats/value.ts';
import { editYaml } from '../../src/formats/yaml-edit.ts';
import { valueOf } from '../../src/formats/yaml-node.ts';
import { readYaml } from '../../src/formats/yaml-read.ts';
import { dumpYaml } from '../../src/formats/yaml-write.ts';
import { vectors } from '../support/vectors.ts';

// The vectors are JSON that Python wrote; read as YAML they keep ints and floats apart and maps in order.
const load = (text: string): Value => valueOf(readYaml(text).root);

describe('files as DVC itself writes them', () => {
  it('a folder has the same .dir object', function () {
    const cases = JSON.parse(vectors(this, 'tree')) as { entries: TreeEntry[]; bytes: string; oid: string }[];
    assert.equal(cases.length, 31);
    for (const { entries, bytes, oid } of cases) {
      const tree = treeOf(entries);
      assert.deepEqual([tree.bytes, tree.oid], [bytes, oid]);
      assert.deepEqual(treeOf(parseTree(bytes)).oid, oid);
    }
  });

  it('hashes of structures are the same', function () {
    const cases = load(vectors(this, 'dict_hash'));
    assert.ok(isList(cases) && cases.length === 5);
    for (const each of cases) {
      assert.ok(isMap(each));
      const text = pythonJson(each.get('obj') ?? null);
      assert.equal(text, each.get('py_json'));
      for (const kind of ['md5', 'sha256']) assert.equal(createHash(kind).update(text).digest('hex'), each.get(kind));
    }
  });

  it('strings and numbers are written with the same quotes and folds', function () {
    const { strings, numbers } = JSON.parse(vectors(this, 'yaml_scalars')) as {
      strings: { value: string; as_map_value: string; as_list_item: string; as_key: string | null; nested: string }[];
      numbers: { repr: string; yaml: string; py_json: string }[];
    };
    assert.ok(strings.length >= 100);
    for (const { value, as_map_value, as_list_item, as_key, nested } of strings) {
      assert.equal(dumpYaml(mapOf({ cmd: value })), as_map_value);
      assert.equal(dumpYaml(mapOf({ l: [value] })), as_list_item);
      if (as_key !== null) assert.equal(dumpYaml(new Map([[value, load('1')]])), as_key);
      const stage = mapOf({ cmd: value, deps: [mapOf({ path: value })] });
      assert.equal(dumpYaml(mapOf({ stages: mapOf({ s: stage }) })), nested);
    }
    for (const { repr, yaml, py_json } of numbers) {
      const value = load(yaml);
      const number = isMap(value) ? (value.get('p') ?? null) : null;
      assert.equal(dumpYaml(value), yaml);
      assert.equal(pythonJson(number), py_json);
      if (isNumber(number) && number.type === 'float') assert.equal(floatRepr(toNumber(number)), repr);
    }
  });

  it('structures are written with the same indentation', function () {
    const cases = load(vectors(this, 'yaml_structs'));
    assert.ok(isList(cases) && cases.length === 11);
    for (const each of cases) if (isMap(each)) assert.equal(dumpYaml(each.get('value') ?? null), each.get('yaml'));
  });

  it('plain scalars mean the same', function () {
    const cases = load(vectors(this, 'yaml_load'));
    assert.ok(isList(cases) && cases.length === 32);
    for (const each of cases) {
      assert.ok(isMap(each));
      const json = pythonJson(plain(load(textOf(each, 'text'))));
      assert.equal(json, pythonJson(each.get('json') ?? null), textOf(each, 'text'));
    }
  });

  it('an edited file keeps its comments and the order of its keys', function () {
    const cases = load(vectors(this, 'yaml_roundtrip'));
    assert.ok(isList(cases) && cases.length === 3);
    for (const each of cases) {
      assert.ok(isMap(each));
      assert.equal(editYaml(textOf(each, 'before'), each.get('update') ?? null), each.get('after'));
    }
  });

  it('the legacy hash reads CRLF as LF in what looks like text', function () {
    const cases = JSON.parse(vectors(this, 'md5_dos2unix')) as {
      b64: string | null;
      istext: boolean;
      md5: string;
      md5_dos2unix: string;
    }[];
    for (const { b64, istext, md5_dos2unix } of cases) {
      const bytes = b64 === null ? Buffer.from(`${'x'.repeat(2 ** 20 - 1)}\r\ny\r\n`) : Buffer.from(b64, 'base64');
      assert.equal(looksLikeText(bytes.subarray(0, 512)), istext);
      assert.equal(new LegacyMd5().update(bytes).digest(), md5_dos2unix);
    }
  });

  it('.dvcignore hides the same paths', function () {
    const cases = JSON.parse(vectors(this, 'dvcignore')) as {
      patterns: string[];
      results: { [path: string]: boolean };
    }[];
    assert.equal(cases.length, 21);
    for (const { patterns, results } of cases) {
      const rules = new IgnoreRules();
      rules.add(patterns, '');
      for (const [path, ignored] of Object.entries(results)) {
        assert.equal(isHidden(rules, path), ignored, `${patterns.join(' ')} on ${path}`);
      }
    }
  });

  it('.gitignore lines are escaped the same', function () {
    const cases = JSON.parse(vectors(this, 'gitignore_escape')) as { path: string; line: string }[];
    for (const { path, line } of cases) assert.equal(gitignoreLine(path), line);
  });

  it('config files read and write the same', function () {
    const { dump, parse } = JSON.parse(vectors(this, 'config')) as {
      dump: { value: string; text?: string; error?: string }[];
      parse: { text: string; parsed?: { remote: object; core?: object; cache?: object }; error?: string }[];
    };
    for (const { value, text } of dump) {
      const config: DvcConfig = {
        sections: new Map([['core', new Map([['remote', value]])]]),
        remotes: new Map([['r', new Map([['url', value]])]]),
      };
      if (text === undefined) {
        assert.throws(() => dumpConfig(config), { name: 'LineFault' });
        continue;
      }
      assert.equal(dumpConfig(config), text);
      assert.deepEqual(parseConfig(text), config);
    }
    for (const { text, parsed, error } of parse) {
      if (error !== undefined) {
        assert.throws(() => parseConfig(text), { name: 'LineFault', line: 3 });
        continue;
      }
      const config = parseConfig(text);
      const { remote, machine: _machine, db: _db, ...rest } = { machine: {}, db: {}, ...parsed };
      assert.deepEqual([objects(config.sections), objects(config.remotes)], [rest, remote]);
    }
  });
});

function textOf(map: ValueMap, key: string): string {
  const value = map.get(key);
  assert.ok(typeof value === 'string');
  return value;
}

function objects(sections: ReadonlyMap<string, Section>): object {
  return Object.fromEntries([...sections].map(([name, keys]) => [name, Object.fromEntries(keys)]));
}

// DVC's walk never enters an ignored folder, so a path is hidden with any of its parents.
function isHidden(rules: IgnoreRules, path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/');
  return parts.some((_, at) => {
    const folder = at < parts.length - 1 || path.endsWith('/');
    return rules.ignores(parts.slice(0, at + 1).join('/'), { folder });
  });
}

// The vectors spell what JSON has no word for as `<float inf>`, `<date ...>`, `<int ...>`.
function plain(value: Value): Value {
  if (isList(value)) return value.map(plain);
  if (isMap(value)) return new Map([...value].map(([key, child]) => [key, plain(child)]));
  if (isOther(value)) return `<date ${value.text}>`;
  if (isNumber(value) && value.text === 'inf') return '<float inf>';
  if (isNumber(value) && value.text.length > 20 && value.type === 'int') return `<int ${value.text}>`;
  return value;
}
