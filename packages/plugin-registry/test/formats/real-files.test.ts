import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dumpConfig, parseConfig } from '../../src/formats/config-file.ts';
import { stageFileOf, stageMd5 } from '../../src/formats/stage-file.ts';
import { isMap, mapOf, type Value } from '../../src/formats/value.ts';
import { editYaml } from '../../src/formats/yaml-edit.ts';
import { valueOf } from '../../src/formats/yaml-node.ts';
import { readYaml } from '../../src/formats/yaml-read.ts';
import { dumpYaml } from '../../src/formats/yaml-write.ts';
import { dvcData } from '../support/vectors.ts';

const load = (text: string): Value => valueOf(readYaml(text).root);

describe('files of real repositories', () => {
  it('all parse, and come back unchanged when nothing in them changes', function () {
    const folder = join(dvcData(this), 'real');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    let yaml = 0;
    for (const { parentPath, name } of files) {
      const text = readFileSync(join(parentPath, name), 'utf8');
      if (/\.(?:dvc|ya?ml|lock)$/.test(name) && name !== '.dvc') {
        assert.equal(editYaml(text, load(text)), text, name);
        yaml += 1;
      }
      if (basename(parentPath) === '.dvc' && name === 'config')
        assert.deepEqual(parseConfig(dumpConfig(parseConfig(text))), parseConfig(text));
    }
    assert.ok(yaml > 20, `${yaml} files`);
  });

  it('every .dvc file is one of ours, and one made anew by DVC 3 has the same bytes', function () {
    const folder = join(dvcData(this), 'real');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /[^/]\.dvc$/.test(name));
    let imports = 0;
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8');
      const value = load(text);
      const stage = stageFileOf(value);
      assert.ok(
        stage.outs.every(({ md5 }) => /^[0-9a-f]{32}(?:\.dir)?$/.test(md5 ?? '')),
        name,
      );
      if (stage.md5 === undefined || !isMap(value)) continue;
      imports += 1;
      assert.equal(stageMd5(value), stage.md5, name);
    }
    assert.ok(names.length > 10 && imports > 1, `${names.length} files, ${imports} imports`);
  });

  it('the registry seen in the seed has its numbers', function () {
    const seed = join(dvcData(this), 'real', 'seed-image-data-registry');
    const raw = stageFileOf(load(readFileSync(join(seed, 'raw', '01_data_collection_16_oct_2021.dvc'), 'utf8')));
    assert.deepEqual([raw.outs[0]?.nfiles, raw.outs[0]?.size, raw.outs[0]?.hash], [23, 2465294, undefined]);
    const lock = readFileSync(join(seed, 'processed', '01_image_dataset', 'dvc.lock'), 'utf8');
    assert.match(lock, /nfiles: 30/);
    assert.match(lock, /size: 2834105/);
    const inputs = join(seed, 'processed', '01_image_dataset', 'data', 'inputs');
    const imported = load(readFileSync(join(inputs, '01_data_collection_16_oct_2021.dvc'), 'utf8'));
    assert.ok(isMap(imported));
    assert.equal(stageMd5(imported), '6015077057ac19b290d1bb075779416c');
  });
});

describe('a stage file', () => {
  it('with a key DVC does not know is refused by its name', () => {
    assert.throws(() => stageFileOf(load('outs:\n- md5: a\n  path: x\n  colour: red\n')), { key: 'colour' });
    assert.throws(() => stageFileOf(load('outs: x\n')), /'outs' is no list/);
    assert.throws(() => stageFileOf(load('- 1\n')), /no map/);
  });

  it('reads an md5 of digits only as text', () => {
    const { outs } = stageFileOf(load('outs:\n- md5: 12345678901234567890123456789012\n  path: x\n'));
    assert.equal(outs[0]?.md5, '12345678901234567890123456789012');
  });

  it('quotes such an md5 when it writes it', () => {
    assert.equal(
      dumpYaml(mapOf({ md5: '12345678e01234567890123456789012' })),
      "md5: '12345678e01234567890123456789012'\n",
    );
  });
});
