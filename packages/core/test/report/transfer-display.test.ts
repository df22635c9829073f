import assert from 'node:assert/strict';
import { createRedactor } from '../../src/lib/redactor.ts';
import { plainStyle } from '../../src/report/style.ts';
import { TransferDisplay, type TransferLook } from '../../src/report/transfer-display.ts';
import type { TransferProgress, TransferReport } from '../../src/report/transfer-report.ts';
import { changeText, comparedText, differenceText, transferLines } from '../../src/report/transfer-text.ts';

const half: TransferProgress = {
  compared: 5_000,
  planned: true,
  files: 2_000,
  sizeBytes: 100_000_000,
  copied: 1_000,
  copiedBytes: 50_000_000,
  failed: 1,
};

/** What a display writes while a transfer gets to its half in ten seconds. */
function shown(look: TransferLook): string {
  let [text, nowMs] = ['', 1_000];
  const sink = { write: (piece: string) => void (text += piece), columns: 100 };
  const display = new TransferDisplay({ look, sink, style: plainStyle, mask: createRedactor(), now: () => nowMs });
  for (let step = 0; step <= 10; step++, nowMs += 1_000)
    display.progress({ ...half, copied: step * 100, copiedBytes: step * 5_000_000, failed: step === 10 ? 1 : 0 });
  display.failed('a.png', { code: 'store.unavailable', url: 'cloud:a.png', why: 'cut' });
  display.close();
  return text;
}

describe('the progress of a transfer', () => {
  it('is one line redrawn on a terminal, with rate and what is left', () => {
    const frames = shown('live').split('\r\u001B[K');
    assert.equal(frames.at(-2), '1,000 of 2,000 files, 50.0 MB of 100 MB (50 %), 1 failed, 5.0 MB/s, 0:10 left');
    assert.match(frames.at(-1) ?? '', /store\.unavailable/);
  });

  it('is a line every five seconds in a log', () => {
    const lines = shown('lines').split('\n');
    assert.equal(lines[0], '[0:05] 500 of 2,000 files, 25.0 MB of 100 MB (25 %), 5.0 MB/s, 0:15 left');
    assert.match(lines[1] ?? '', /^\[0:10\] 1,000 of/);
  });

  it('is JSON lines for programs', () => {
    const lines = shown('json')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; key?: string });
    assert.deepEqual([lines[0]?.type, lines.at(-1)?.type, lines.at(-1)?.key], ['progress', 'failed', 'a.png']);
  });

  it('is silent when asked to be, but for failures', () => {
    assert.doesNotMatch(shown('quiet'), /of 2,000/);
    assert.match(shown('quiet'), /store\.unavailable/);
  });
});

describe('the report of a transfer', () => {
  const report: TransferReport = {
    how: 'sync',
    from: './a',
    to: 'cloud:a',
    dryRun: false,
    outcome: 'ok',
    run: 4,
    same: 10,
    copied: 3,
    copiedBytes: 12_000,
    replaced: 1,
    extra: 2,
    removed: 2,
    moved: 0,
    kept: [],
    failureCount: 0,
    failures: [],
    elapsedMs: 1_500,
  };
  const layout = { style: plainStyle, width: 100 };
  const cases: readonly (readonly [string, Partial<TransferReport>, string])[] = [
    [
      'that did all',
      {},
      '✓ Synced 3 files, 12.0 kB, to cloud:a; 1 of them replaced; 2 extra files removed; 10 were there  (run 4, 1.5 s)',
    ],
    [
      'with nothing to do',
      { copied: 0, removed: 0, extra: 0 },
      '✓ Nothing to do: 10 files up to date in cloud:a  (run 4, 1.5 s)',
    ],
    ['that left extra files', { removed: 0 }, 'cloud:a has 2 other files; --delete removes them.'],
    [
      'that failed',
      { outcome: 'failed', failureCount: 2 },
      '✗ 2 files failed, 3 copied; nothing was removed, the same command goes on  (run 4, 1.5 s)',
    ],
    [
      'that was stopped',
      { outcome: 'interrupted' },
      '• Stopped: 3 files copied; the same command goes on  (run 4, 1.5 s)',
    ],
    ['that kept a file', { kept: ['x'] }, 'Kept 1 file that changed meanwhile: x'],
    [
      'of a dry run',
      { dryRun: true, run: 0, outcome: 'planned' },
      'Would copy 3 files, 12.0 kB, to cloud:a; 10 were there  (dry run, 1.5 s)',
    ],
    ['of a move', { how: 'move', moved: 3 }, '✓ Moved 3 files to cloud:a; 12.0 kB copied  (run 4, 1.5 s)'],
  ];
  for (const [name, changes, line] of cases) {
    it(`${name} says so`, () =>
      assert.ok(
        transferLines({ ...report, ...changes }, layout).includes(line),
        transferLines({ ...report, ...changes }, layout).join('\n'),
      ));
  }

  it('of a comparison counts, and names each file', () => {
    const counts = { from: 'a', to: 'b', same: 4, missing: 1, differing: 2, extra: 0 };
    assert.equal(comparedText(counts, layout), '✗ b is not as a: 1 missing, 2 differing, 0 extra; 4 files the same');
    assert.equal(differenceText({ what: 'differing', key: 'x', why: 'newer' }), 'differing  x  (the source is newer)');
    assert.equal(
      changeText({ what: 'keep', key: 'x', sizeBytes: 5, why: 'size' }),
      'differs      5 B  x  (other size)',
    );
  });
});
