import assert from 'node:assert/strict';
import { plainStyle } from '../../src/report/style.ts';
import { summaryLines } from '../../src/report/summary.ts';
import { whyLines } from '../../src/report/why-text.ts';
import { textWidth } from '../../src/report/width.ts';
import { matchesGolden } from './support/golden.ts';
import {
  counts,
  failedReport,
  finishedReport,
  nothingReport,
  plannedReport,
  whyReport,
} from './support/sample-runs.ts';

const layout = { style: plainStyle, width: 80 };
const golden = (name: string): URL => new URL(`./golden/${name}.txt`, import.meta.url);

describe('the summary of a run', () => {
  it('says what ran, what was reused, where things are and what to do next', () => {
    const interrupted = { ...failedReport, outcome: 'interrupted', failureCount: 0, failures: [] } as const;
    const texts = [finishedReport, failedReport, interrupted].map((report) => summaryLines(report, layout).join('\n'));
    matchesGolden(golden('summaries'), `${texts.join('\n\n---\n\n')}\n`);
  });

  it('tells all of what failed the task itself, with what to do', () => {
    const problems = [{ path: 'stores.out.fsnyc', message: 'no such option', file: 'runner.yaml', line: 2, column: 9 }];
    const failures = [
      { code: 'store.missing', url: './sets', at: { task: 'diatom:build' }, hint: 'Run diatom:explode first.' },
      { code: 'config.invalid', problems },
    ] as const;
    const lines = summaryLines({ ...failedReport, failures, failureCount: 2 }, layout);
    assert.deepEqual(lines.slice(lines.indexOf('Failed') + 1, -3), [
      '  ✗ ./sets does not exist  [store.missing]',
      '    at       diatom:build',
      '    try      Run diatom:explode first.',
      '  ✗ runner.yaml has 1 problem  [config.invalid]',
      '    runner.yaml:2:9  stores.out.fsnyc',
      '      no such option',
      '    try      Nothing was run. Correct the file and try again.',
    ]);
  });

  it('keeps the columns of failures with wide names, and escapes what a terminal would obey in names', () => {
    const failures = ['珪藻.png', 'a\u202E\u009B2J.png'].map((item) => ({
      code: 'store.missing' as const,
      url: './sets',
      at: { step: 's', item },
    }));
    const stale = [{ type: 'place.stale', place: './out', keys: ['a\u009Bb'], total: 1, removed: false }] as const;
    const lines = summaryLines({ ...failedReport, failures, failureCount: 2, stale }, layout);
    const rows = lines.filter((line) => line.includes('does not exist'));
    const [one, other] = rows.map((line) => textWidth(line.slice(0, line.indexOf('./sets'))));
    assert.equal(one, other);
    assert.match(rows[1] ?? '', /a\\u202e\\x9b2J\.png  \.\/sets does not exist/);
    assert.match(lines.join('\n'), /a\\x9bb/);
  });

  it('is one line when there was nothing to do', () => {
    assert.deepEqual(summaryLines(nothingReport, layout), ['✓ Nothing to do: 11 items up to date  (run 13, 210 ms)']);
  });

  it('of a dry run gives reasons, outputs, stale files and what is in the way', () => {
    matchesGolden(golden('dry-run'), `${summaryLines(plannedReport, layout).join('\n')}\n`);
  });

  it('of a dry run with nothing to do says so', () => {
    const report = {
      ...nothingReport,
      outcome: 'planned',
      maps: [{ name: 'a', once: false, counts: counts({ total: 2, reused: 2 }) }],
    } as const;
    assert.match(summaryLines(report, layout)[0] ?? '', /^diatom:build has nothing to do/);
  });

  it('of a dry run that failed names no run, whose log nobody kept', () => {
    const text = summaryLines({ ...failedReport, run: 0 }, layout).join('\n');
    assert.match(text, /is not done: 15 of 8,426 items failed {2}\(dry run, /);
    assert.doesNotMatch(text, /Details/);
  });

  it('keeps its tables within the terminal', () => {
    for (const report of [finishedReport, failedReport, plannedReport]) {
      for (const width of [80, 200]) {
        const lines = summaryLines({ ...report, rendered: '' }, { style: plainStyle, width });
        // Headlines and commands to copy are never cut.
        for (const line of lines.filter((text) => text.startsWith('  '))) assert.ok(textWidth(line) <= width, line);
      }
    }
  });
});

describe('why', () => {
  it('shows counts of reasons, and in changed items only what changed', () => {
    matchesGolden(golden('why'), `${whyLines(whyReport, layout).join('\n')}\n`);
    const nobody = { ...whyReport, item: 'nobody', maps: whyReport.maps.map((map) => ({ ...map, items: [] })) };
    assert.ok(whyLines(nobody, layout).includes('  has no such item'));
  });
});
