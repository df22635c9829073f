import assert from 'node:assert/strict';
import { againLine } from '../../src/cli/again-line.ts';
import { runFlags } from '../../src/cli/spec/work-specs.ts';
import { flagsOf } from '../../src/config/flags.ts';
import { failedReport } from '../report/support/sample-runs.ts';
import { cli } from './support/fake-cli.ts';
import { sampleCatalogue } from './support/sample-project.ts';

const params = sampleCatalogue.plugins[0]?.manifest.tasks['build']?.params ?? {};
const flags = [...flagsOf(params), ...runFlags];

describe('the command line that goes on', () => {
  for (const [given, again] of [
    ['diatom:build', 'runner diatom:build'],
    ['run weekly --force', 'runner run weekly'],
    ['run weekly --json -j 2 --on-failure stop', 'runner run weekly -j 2 --on-failure stop'],
    ['diatom:build -q --test-count 20 --no-checks cloud:a', 'runner diatom:build --test-count 20 --no-checks cloud:a'],
    ['diatom:build -qj4 -t 20 --quiet', 'runner diatom:build -j4 -t 20'],
    ['diatom:build --overwrite --verify --no-wait', 'runner diatom:build --overwrite --verify --no-wait'],
    ['diatom:build --out --force', 'runner diatom:build --out --force'],
    ['diatom:build --seed=-3 --force -- --force', 'runner diatom:build --seed=-3 -- --force'],
  ] as const) {
    it(`of: runner ${given}`, () => assert.equal(againLine(given.split(' '), flags), again));
  }

  it('is quoted for a shell', function () {
    if (process.platform === 'win32') this.skip();
    assert.equal(
      againLine(['run', 'weekly', '--a', "it's", '--b', '', '--c=x y', '$HOME', '*.csv'], []),
      String.raw`runner run weekly --a 'it'\''s' --b '' '--c=x y' '$HOME' '*.csv'`,
    );
  });

  it('is in the summary of a run that failed or was stopped, with secrets masked', async () => {
    const { createRedactor } = await import('../../src/lib/redactor.ts');
    const mask = createRedactor();
    mask.add('hunter2');
    const lines = async (outcome: 'failed' | 'interrupted'): Promise<string> =>
      (
        await cli(['run', 'diatom:build', '--force', '--species', 'a b', '--out', 'hunter2'], {
          mask,
          run: () => Promise.resolve({ ...failedReport, outcome }),
        })
      ).stdout;
    assert.match(await lines('failed'), /Try again {2}runner run diatom:build --species ['"]a b['"] --out \*\*\* /);
    assert.match(await lines('interrupted'), /Go on {2}runner run diatom:build --species/);
  });
});
