import assert from 'node:assert/strict';
import { createRedactor } from '../../src/lib/redactor.ts';
import { JsonReporter } from '../../src/report/json.ts';
import { LinesReporter } from '../../src/report/lines.ts';
import { plainStyle } from '../../src/report/style.ts';
import { RecordingSink } from './support/recording-sink.ts';
import { counts, failedReport, finishedReport, runInFlight } from './support/sample-runs.ts';

function linesReporter(quiet = false) {
  const progress = new RecordingSink();
  const result = new RecordingSink();
  let nowMs = 0;
  const reporter = new LinesReporter({
    progress,
    result,
    style: plainStyle,
    resultStyle: plainStyle,
    mask: createRedactor(),
    now: () => nowMs,
    quiet,
  });
  const play = (untilMs: number): void => {
    for (const [atMs, event] of runInFlight) {
      if (atMs < nowMs || atMs > untilMs) continue;
      nowMs = atMs;
      reporter.event(event);
    }
    nowMs = untilMs + 1;
  };
  return { reporter, progress, result, play };
}

describe('the lines reporter', () => {
  it('says how far each running map is, without a single escape code', () => {
    const { reporter, progress, play } = linesReporter();
    play(61_000);
    reporter.tick();
    play(71_000);
    reporter.tick();
    reporter.close();
    assert.deepEqual(progress.text.trimEnd().split('\n'), [
      '[0:00] diatom:build, run 12',
      '[0:00] sources: done in 390 ms',
      '[1:01] download: 7 of 11, 2 reused, 5.0/min, 18.2 MB/s, 0:48 left',
      '[1:01] unpack: 2,000 of 6,000 or more',
      '[1:01] place: waiting for items',
      '[1:11] download: 9 of 11, 2 reused, 6.0/min, 21.3 MB/s, 0:20 left',
      '[1:11] unpack: 6,200 of 8,400 or more, 1 failed, 382/s, 30.9 MB/s',
    ]);
  });

  it('says nothing twice within a minute when nothing moves, and then that it lives', () => {
    const { reporter, progress, play } = linesReporter();
    play(71_000);
    reporter.tick();
    const said = progress.writes.length;
    play(90_000);
    reporter.tick();
    assert.equal(progress.writes.length, said);
    play(140_000);
    reporter.tick();
    assert.ok(progress.writes.length > said);
    reporter.close();
  });

  it('prints every failure whole, also when quiet', () => {
    const { reporter, progress, result } = linesReporter(true);
    reporter.event({ type: 'run.started', run: 1, task: 'a:b', dryRun: false });
    reporter.event({ type: 'map.started', map: 0, name: 'copy', once: false });
    for (let i = 0; i < 50; i++)
      reporter.event({
        type: 'item.failed',
        map: 0,
        key: `${i}.png`,
        failure: { code: 'store.missing', url: `./${i}.png` },
      });
    reporter.event({ type: 'map.finished', map: 0, counts: counts({ total: 50, failed: 50 }) });
    reporter.finished(failedReport);
    reporter.close();
    assert.equal(progress.text.split('[store.missing]').length - 1, 50);
    assert.doesNotMatch(progress.text, /^\[/m);
    assert.match(result.text, /15 of 8,426 items failed/);
  });
});

describe('a pipeline', () => {
  it('keeps the maps of its entries apart', () => {
    const { reporter, progress } = linesReporter();
    for (const [run, task, name] of [
      [1, 'a:b', 'first'],
      [2, 'c:d', 'second'],
    ] as const) {
      reporter.event({ type: 'run.started', run, task, dryRun: false });
      reporter.event({ type: 'map.started', map: 0, name, once: false });
      reporter.event({ type: 'map.finished', map: 0, counts: counts({ total: run, done: run }) });
    }
    reporter.close();
    const lines = progress.text.trimEnd().split('\n');
    assert.deepEqual(lines, [
      '[0:00] a:b, run 1',
      '[0:00] first: 1 done in 0 ms',
      '[0:00] c:d, run 2',
      '[0:00] second: 2 done in 0 ms',
    ]);
  });
});

describe('the JSON reporter', () => {
  it('writes an event a line with its time, and the report last', () => {
    const out = new RecordingSink();
    const mask = createRedactor();
    mask.add('hunter2');
    const reporter = new JsonReporter({ out, mask, date: () => new Date(0) });
    reporter.event({ type: 'run.note', message: 'password is hunter2' });
    reporter.finished(finishedReport);
    reporter.close();
    const [first, last] = out.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly [key: string]: unknown });
    assert.deepEqual(first, { time: '1970-01-01T00:00:00.000Z', type: 'run.note', message: 'password is ***' });
    assert.deepEqual(last, { time: '1970-01-01T00:00:00.000Z', type: 'run.report', ...finishedReport });
  });
});
