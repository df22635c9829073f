import assert from 'node:assert/strict';
import { createRedactor } from '../../src/lib/redactor.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { liveFrame } from '../../src/report/live-frame.ts';
import { LiveReporter } from '../../src/report/live.ts';
import { RunView } from '../../src/report/run-view.ts';
import { makeStyle, plainStyle } from '../../src/report/style.ts';
import { textWidth } from '../../src/report/width.ts';
import { matchesGolden } from './support/golden.ts';
import { RecordingSink, screenOf } from './support/recording-sink.ts';
import { counts, finishedReport, runInFlight } from './support/sample-runs.ts';

function viewAt(nowMs: number): RunView {
  const view = new RunView();
  for (const [atMs, event] of runInFlight) if (atMs <= nowMs) view.apply(event, atMs);
  return view;
}

describe('live frames', () => {
  it('show each map in one line, at 80 and at 200 columns', () => {
    const frames = [79, 199].map((width) =>
      liveFrame(viewAt(71_000), { width, height: 24, nowMs: 71_000, style: plainStyle, stopping: false }).join('\n'),
    );
    matchesGolden(new URL('./golden/live-frames.txt', import.meta.url), `${frames.join('\n\n')}\n`);
  });

  it('never exceed the terminal, whatever its size and whatever letters the keys have', () => {
    for (const unicode of [true, false]) {
      for (let width = 20; width <= 220; width += 7) {
        for (const height of [3, 5, 9, 40]) {
          const style = makeStyle({ colour: true, unicode });
          const lines = liveFrame(viewAt(71_000), { width, height, nowMs: 71_000, style, stopping: true });
          assert.ok(lines.length < height, `${lines.length} lines in ${height} rows`);
          for (const line of lines) assert.ok(textWidth(line) <= width, `${textWidth(line)} > ${width}: ${line}`);
        }
      }
    }
  });

  it('promise no end while items are still being found', () => {
    const [, , download = '', , , unpack = ''] = liveFrame(viewAt(71_000), {
      width: 120,
      height: 24,
      nowMs: 71_000,
      style: plainStyle,
      stopping: false,
    });
    assert.match(download, /0:20 left$/);
    assert.doesNotMatch(unpack, /left/);
    assert.match(unpack, /6,200\/8,400\+/);
  });
});

function reporterOn(progress: RecordingSink, result = new RecordingSink()) {
  const mask = createRedactor();
  mask.add('hunter2');
  let nowMs = 0;
  const reporter = new LiveReporter({
    progress,
    result,
    style: plainStyle,
    resultStyle: plainStyle,
    mask,
    now: () => nowMs,
  });
  return { reporter, result, at: (ms: number) => (nowMs = ms) };
}

const started: RunEvent = { type: 'run.started', run: 1, task: 'a:b', dryRun: false };
const mapStarted: RunEvent = { type: 'map.started', map: 0, name: 'copy', once: false };

describe('the live reporter', () => {
  it('draws a frame in one write and writes nothing when nothing changed', () => {
    const sink = new RecordingSink(80);
    const { reporter } = reporterOn(sink);
    reporter.event(started);
    reporter.event(mapStarted);
    reporter.draw();
    reporter.draw();
    reporter.close();
    assert.equal(sink.writes.filter((text) => text.includes('a:b')).length, 1);
  });

  it('keeps failures above the block, whole and once', () => {
    const sink = new RecordingSink(80);
    const { reporter } = reporterOn(sink);
    reporter.event(started);
    reporter.event(mapStarted);
    reporter.draw();
    reporter.event({ type: 'item.failed', map: 0, key: 'x.png', failure: { code: 'store.missing', url: './x.png' } });
    reporter.draw();
    const screen = screenOf(sink.text);
    assert.deepEqual(screen.slice(0, 3), [
      '✗ ./x.png does not exist  [store.missing]',
      '  at       step copy, item x.png',
      '  try      Check the path; it starts from the folder of runner.yaml.',
    ]);
    assert.match(screen[3] ?? '', /^a:b/);
    reporter.close();
    assert.equal(screenOf(sink.text).filter((line) => line.includes('store.missing')).length, 1);
    assert.ok(!screenOf(sink.text).some((line) => line.startsWith('a:b')));
  });

  it('stops printing failures one by one when they pour', () => {
    const sink = new RecordingSink(80);
    const { reporter } = reporterOn(sink);
    reporter.event(started);
    reporter.event(mapStarted);
    for (let i = 0; i < 500; i++)
      reporter.event({ type: 'item.failed', map: 0, key: `${i}`, failure: { code: 'store.missing', url: `${i}` } });
    reporter.close();
    assert.equal(sink.text.split('[store.missing]').length - 1, 20);
    assert.match(sink.text, /More items fail; see all of them with: runner logs 1/);
  });

  it('gives the cursor back, and only once', () => {
    const sink = new RecordingSink(80);
    const { reporter } = reporterOn(sink);
    reporter.event(started);
    reporter.draw();
    reporter.close();
    reporter.close();
    assert.equal(sink.text.split('\u001B[?25h').length - 1, 1);
    assert.ok(sink.text.indexOf('\u001B[?25l') < sink.text.indexOf('\u001B[?25h'));
  });

  it('masks secrets before they are cut', () => {
    const sink = new RecordingSink(30);
    const { reporter } = reporterOn(sink);
    reporter.event({ ...started, task: 'a:hunter2-hunter2-hunter2-hunter2' });
    reporter.draw();
    reporter.event({ type: 'run.note', message: 'password hunter2' });
    reporter.close();
    assert.ok(!sink.text.includes('hunt'));
    assert.ok(sink.text.includes('password ***'));
  });

  it('puts the summary on the result stream, after the block is gone', () => {
    const sink = new RecordingSink(80);
    const { reporter, result } = reporterOn(sink);
    reporter.event(started);
    reporter.event({ type: 'map.progress', map: 0, counts: counts({ total: 1 }) });
    reporter.draw();
    reporter.finished(finishedReport);
    reporter.close();
    assert.match(result.text, /^✓ diatom:build is done/);
    assert.deepEqual(screenOf(sink.text), ['']);
  });

  it('erases the right rows after the terminal was made narrower', () => {
    const sink = new RecordingSink(100);
    const { reporter, at } = reporterOn(sink);
    reporter.event(started);
    reporter.draw();
    sink.columns = 50;
    at(1_000);
    reporter.draw();
    // The head of 99 cells now takes two rows.
    assert.ok(sink.writes.at(-1)?.includes('\u001B[2A'));
    reporter.close();
  });
});
