import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueMeanings } from '../../src/report/wording.ts';

const packages = fileURLToPath(new URL('../../..', import.meta.url));

describe('the catalogue', () => {
  it('has no code that no behaviour test reaches', () => {
    const tests = testSources().join('\n');
    // Tests of wording name every code and reach none, so they do not count.
    const unreached = catalogueMeanings()
      .map(({ code }) => code)
      .filter((code) => !tests.includes(code) && !tests.includes(code.replace('.', '\\.')));
    assert.deepEqual(unreached, []);
  });
});

function testSources(): string[] {
  const files = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.test.ts') && !file.includes('node_modules') && !/core[\\/]test[\\/](report|cli)[\\/]/.test(file),
  );
  return files.map((file) => readFileSync(join(packages, file), 'utf8'));
}
