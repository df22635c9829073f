import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../../../test/support/skip.ts';
import { FileWriter, type WriteJob } from '../../src/engine/file-writer.ts';

describe('the writer of small files', () => {
  let dir: string;
  let writer: FileWriter;
  before(function () {
    if (availableParallelism() < 2) skip(this, 'one processor: it has no thread there');
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'writer-'));
    mkdirSync(join(dir, 'staging'));
    writer = new FileWriter({ startAfterFiles: 0 });
  });
  afterEach(async () => {
    await writer.close();
    rmSync(dir, { recursive: true });
  });

  const path = (name: string): string => join(dir, 'set', name);
  const job = (name: string, text: string, ours = false): WriteJob => ({
    bytes: Buffer.from(text),
    staged: join(dir, 'staging', name.replaceAll('/', '-')),
    target: path(name),
    ours,
  });

  it('publishes files whole and says their versions, in the order given', async () => {
    const texts = Array.from({ length: 100 }, (_, i) => 'x'.repeat(i));
    const found = await Promise.all(texts.map(async (text, i) => writer.write([job(`d${i % 3}/f${i}`, text)])));
    for (const [i, text] of texts.entries()) {
      assert.equal(readFileSync(path(`d${i % 3}/f${i}`), 'utf8'), text);
      assert.deepEqual(found[i], [String(statSync(path(`d${i % 3}/f${i}`)).mtimeMs)]);
    }
    assert.deepEqual(readdirSync(join(dir, 'staging')), []);
  });

  it('replaces what is ours, never anything else, and says which it left', async () => {
    mkdirSync(join(dir, 'set'));
    for (const name of ['own', 'own-empty', 'foreign', 'foreign-empty']) writeFileSync(path(name), 'before');
    const jobs = [
      job('own', 'after', true),
      job('foreign', 'after'),
      job('own-empty', '', true),
      job('foreign-empty', ''),
      job('new', 'after', true),
    ];
    const found = await writer.write(jobs);
    assert.deepEqual(
      found?.map((version) => version !== undefined),
      [true, false, true, false, true],
    );
    const texts = ['own', 'foreign', 'own-empty', 'foreign-empty', 'new'].map((name) =>
      readFileSync(path(name), 'utf8'),
    );
    assert.deepEqual(texts, ['after', 'before', '', 'before', 'after']);
  });

  it('takes nothing before a run has written many files', () => {
    const patient = new FileWriter({ startAfterFiles: 3 });
    assert.equal(patient.write([job('a', 'a')]), undefined);
    assert.equal(patient.write([job('b', 'b')]), undefined);
    assert.ok(!existsSync(path('a')));
  });

  it('takes no more than it can do soon', async () => {
    const taken = Array.from({ length: 2_000 }, (_, i) => writer.write([job(`f${i}`, 'x')]));
    const asked = taken.filter((one) => one !== undefined);
    assert.ok(asked.length >= 256 && asked.length < 2_000, `${asked.length} taken`);
    await Promise.all(asked);
    assert.equal(readdirSync(join(dir, 'set')).length, asked.length);
    assert.notEqual(writer.write([job('later', 'x')]), undefined, 'and takes more when that is done');
  });

  it('gives back what it had in hand when its thread ends', async () => {
    const taken = Array.from({ length: 100 }, async (_, i) => writer.write([job(`f${i}`, 'x')]));
    await writer.close();
    const found = await Promise.all(taken);
    for (const [i, versions] of found.entries())
      assert.ok(versions?.[0] === undefined || existsSync(path(`f${i}`)), `f${i} is said to be there`);
    assert.ok(found.some((versions) => versions?.[0] === undefined));
    assert.equal(writer.write([job('late', 'x')]), undefined);
  });
});
