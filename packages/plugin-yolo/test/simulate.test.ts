import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectRig } from '@dataset-runner/core/testing';
import type { Feedback } from '../src/feedback/feedback.ts';
import { mockDetections } from '../src/simulate/mock-detector.ts';
import { simulatedReview } from '../src/simulate/review.ts';
import { latencyOf, type SimulationEvent, type SimulationSummary } from '../src/simulate/simulation-log.ts';
import { readStages } from '../src/simulate/stages.ts';
import { plantedDetector } from './support/detectors.ts';
import { dividedFiles } from './support/divided-set.ts';
import { png } from './support/png.ts';
import { failureOfRun, filesIn, yoloProject } from './support/project.ts';

const fast = ['--mock-ms', '4', '--pause-ms', '2'] as const;
const simulate = ['run', 'yolo:simulate', '--set', './organized', '--out', './online'] as const;

/** A project with a divided set: half of the images in `test`. */
function divided(images: number, files: { readonly [path: string]: Uint8Array } = {}): Promise<ProjectRig> {
  return yoloProject({ ...dividedFiles(images, ['training', 'test']), ...files });
}

const events = (rig: ProjectRig): SimulationEvent[] =>
  rig
    .read('online/simulation.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SimulationEvent);
const feedback = (rig: ProjectRig): Feedback[] =>
  filesIn(rig.path('online/feedback')).map((file) => JSON.parse(rig.read(`online/feedback/${file}`)) as Feedback);

describe('yolo:simulate', function () {
  this.timeout(60_000);

  it('sends every image of the test split once, in stages, and writes feedback and a log of all of it', async () => {
    await using rig = await divided(50);
    const { code, report, stderr } = await rig.json(
      ...simulate,
      ...fast,
      '--stages',
      '1x0.1,3x20',
      '--reviewer',
      'simulated',
    );
    assert.equal(code, 0, stderr);
    const test = filesIn(rig.path('organized/test/images')).map((file) => file.replace('.png', ''));
    const answers = feedback(rig);
    assert.deepEqual(
      answers.map(({ image_id }) => image_id),
      test,
    );
    const log = events(rig);
    const sent = log.filter((one) => one.event === 'inference');
    assert.deepEqual(sent.map(({ image }) => image).toSorted(), test, 'each once, none left out');
    const ends = log.filter((one) => one.event === 'stage-done');
    assert.deepEqual(
      ends.map(({ because }) => because),
      ['time', 'images'],
    );
    assert.ok(new Set(sent.filter(({ stage }) => stage === 2).map(({ worker }) => worker)).size === 3);
    const summary = JSON.parse(rig.read('online/simulation.json')) as SimulationSummary;
    assert.equal(summary.remaining, 0);
    assert.equal(summary.stages[0]!.successes + summary.stages[1]!.successes, test.length);
    assert.ok(summary.latencyMs.p50! >= 2 && summary.latencyMs.p95! >= summary.latencyMs.p50!);
    assert.equal((report['result'] as { successes: number }).successes, test.length);
    for (const { detections, review, image_sha256, model } of answers) {
      assert.equal(review!.verdicts.length, detections.length);
      assert.match(image_sha256!, /^[0-9a-f]{64}$/);
      assert.equal(model.name, 'mock');
    }
    // What was answered does not depend on when, or by whom.
    await using other = await divided(50);
    await other.runner(...simulate, ...fast, '--stages', '5x20', '--reviewer', 'simulated');
    const timeless = (all: readonly Feedback[]) => all.map((one) => ({ ...one, timestamp: '' }));
    assert.deepEqual(timeless(feedback(other)), timeless(answers));
    const again = await rig.runner(...simulate, ...fast, '--stages', '1x0.1,3x20', '--reviewer', 'simulated');
    assert.match(again.stdout, /Nothing to do/);
    assert.doesNotMatch(again.stdout, /still holds/, 'what a later stage answered is not left over');
  });

  it('starts anew with another seed, and writes the plain form where asked', async () => {
    await using rig = await divided(20);
    const count = filesIn(rig.path('organized/test/images')).length;
    assert.equal((await rig.runner(...simulate, ...fast, '--stages', '1x0.05,2x10')).code, 0);
    const { code, stderr } = await rig.runner(
      ...simulate,
      ...fast,
      '--stages',
      '2x0.05,1x10',
      '--seed',
      '2',
      '--format',
      'plain',
    );
    assert.equal(code, 0, stderr);
    assert.equal(events(rig).filter(({ event }) => event === 'inference').length, count);
    const said = events(rig).flatMap((one) => (one.event === 'inference' && one.detections > 0 ? [one.feedback!] : []));
    assert.ok(said.length > 0);
    for (const file of said) {
      const plain = JSON.parse(rig.read(`online/${file}`)) as Record<string, unknown>;
      assert.deepEqual(Object.keys(plain), ['image_id', 'class_id', 'confidence', 'bbox', 'timestamp']);
      assert.match(plain['timestamp'] as string, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    }
  });

  it('goes on after kill -9 with the images that have no answer: nothing lost, nothing doubled', async () => {
    await using rig = await divided(60);
    const args = [...simulate, '--mock-ms', '20', '--pause-ms', '10', '--stages', '2x0.3,3x30'];
    const count = filesIn(rig.path('organized/test/images')).length;
    let kills = 0;
    for (const wanted of [3, 12]) {
      const running = rig.start(...args);
      let over = false;
      void running.ended.then(() => (over = true));
      while (!over && filesIn(rig.path('online/feedback')).length < wanted) await delay(5);
      if (over) break;
      running.process.kill('SIGKILL');
      await running.ended;
      kills++;
    }
    assert.ok(kills > 0);
    const killedAt = new Date().toISOString();
    const { code, stderr } = await rig.runner(...args);
    assert.equal(code, 0, stderr);
    const lines = events(rig).filter(({ at }) => at < killedAt);
    assert.ok(
      lines.some(({ event }) => event === 'inference'),
      'the log has the lines from before the kill',
    );
    const sent = events(rig).flatMap((one) => (one.event === 'inference' ? [one.image] : []));
    assert.equal(sent.length, count);
    assert.equal(new Set(sent).size, count);
    assert.equal(filesIn(rig.path('online/feedback')).length, count);
  });

  it('stops at once when interrupted twice, and keeps what was answered', async () => {
    await using rig = await divided(40);
    const args = [...simulate, '--mock-ms', '10', '--pause-ms', '100', '--stages', '1x60'];
    const running = rig.start(...args);
    const answered = (): number => filesIn(rig.path('online/feedback')).length;
    while (answered() < 3) await delay(5);
    running.process.kill('SIGINT');
    await delay(300);
    running.process.kill('SIGINT');
    const { code } = await running.ended;
    assert.equal(code, 130);
    const before = answered();
    assert.ok(before >= 3 && before < 20);
    const ended = await rig.runner(...args);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(events(rig).filter(({ event }) => event === 'inference').length, 20);
    assert.equal(answered(), 20);
  });

  it('asks a real detector, counts slow answers and unreadable images as failures, and sends them again', async () => {
    const model = plantedDetector('channels', [{ class: 1, confidence: 0.75, box: [16, 16, 48, 48] }], {
      names: Array.from({ length: 6 }, (_, id) => `class ${id}`),
    });
    await using rig = await divided(12, { 'best.onnx': model });
    const [first = ''] = filesIn(rig.path('organized/test/images'));
    rig.write(`organized/test/images/${first}`, 'no image');
    const { code, stderr } = await rig.runner(
      ...simulate,
      '--model',
      './best.onnx',
      '--pause-ms',
      '1',
      '--stages',
      '2x10,1x1',
    );
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(rig.read('online/simulation.json')) as SimulationSummary;
    assert.deepEqual([summary.failures, summary.remaining], [2, 1], 'once in each stage');
    assert.equal(summary.detector, 'best.onnx');
    const [one] = feedback(rig);
    assert.deepEqual(one!.detections, [{ class: 1, confidence: 0.75, box: [0.5, 0.5, 0.5, 0.5] }]);
    assert.match(one!.model.sha256!, /^[0-9a-f]{64}$/);
    const slow = await rig.runner(...simulate, '--mock-ms', '80', '--timeout-ms', '5', '--stages', '1x0.2');
    assert.equal(slow.code, 0, slow.stderr);
    assert.ok(events(rig).some((event) => event.event === 'failure' && event.why === 'no answer within 5 ms'));
  });

  it('feeds back no box that lies beside the image, in the padding', async () => {
    const box = [0, 0, 64, 8] as const;
    const names = Array.from({ length: 6 }, (_, id) => `class ${id}`);
    const model = plantedDetector('channels', [{ class: 1, confidence: 0.75, box }], { names });
    await using rig = await divided(4, { 'best.onnx': model });
    const [wide = '', ...others] = filesIn(rig.path('organized/test/images'));
    rig.write(`organized/test/images/${wide}`, png('wide', { side: 128, high: 64 }));
    const { code, stderr } = await rig.runner(...simulate, '--model', './best.onnx', '--stages', '1x20');
    assert.equal(code, 0, stderr);
    const found = feedback(rig).map(({ image_id, detections }) => [`${image_id}.png`, detections.length]);
    assert.deepEqual(found, [[wide, 0], ...others.map((file) => [file, 1])]);
  });

  it('names stages that are none, and splits without images', async () => {
    assert.deepEqual(readStages('1, 2x30', 60), [
      { workers: 1, seconds: 60 },
      { workers: 2, seconds: 30 },
    ]);
    for (const wrong of ['', '0', '1x0', '1,,2', 'x3', '1x-2'])
      assert.throws(() => readStages(wrong, 60), /is no stage/);
    await using rig = await divided(8);
    const { report } = await rig.json(...simulate, '--split', 'canary');
    assert.match(failureOfRun(report).message, /'canary' is none of the splits test, training/);
    const partly = await rig.json(...simulate, '--split', 'test', '--split', 'tset');
    assert.match(failureOfRun(partly.report).message, /'tset' is none of the splits test, training/);
    assert.equal(failureOfRun((await rig.json(...simulate, '--stages', 'many')).report).code, 'yolo.stages-invalid');
  });
});

describe('a simulated radiologist', () => {
  const labels = [
    { class: 1, box: [0.3, 0.3, 0.2, 0.2] },
    { class: 2, box: [0.7, 0.7, 0.2, 0.2] },
    { class: 3, box: [0.2, 0.8, 0.1, 0.1] },
  ] as const;
  const image = { image: 'a', labels };
  const none = { seed: 1, slip: 0 };

  it('confirms what is right, corrects class or box, rejects inventions and adds what was missed', () => {
    const review = simulatedReview(
      image,
      [
        { class: 1, confidence: 0.9, box: [0.3, 0.3, 0.2, 0.2] },
        { class: 5, confidence: 0.8, box: [0.7, 0.7, 0.2, 0.2] },
        { class: 0, confidence: 0.7, box: [0.5, 0.1, 0.1, 0.1] },
      ],
      none,
    );
    assert.deepEqual(review.verdicts, [
      { verdict: 'confirmed' },
      { verdict: 'corrected', class: 2, box: [0.7, 0.7, 0.2, 0.2] },
      { verdict: 'rejected' },
    ]);
    assert.deepEqual(review.missed, [labels[2]]);
    const loose = simulatedReview(image, [{ class: 1, confidence: 0.9, box: [0.4, 0.3, 0.2, 0.2] }], none);
    assert.deepEqual(loose.verdicts, [{ verdict: 'corrected', class: 1, box: labels[0].box }]);
  });

  it('lets one object confirm one detection only', () => {
    const twice = [0.9, 0.8].map((confidence) => ({ class: 1, confidence, box: labels[0].box }));
    assert.deepEqual(simulatedReview(image, twice, none).verdicts, [{ verdict: 'confirmed' }, { verdict: 'rejected' }]);
  });

  it('is wrong as often as asked', () => {
    const found = [{ class: 1, confidence: 0.9, box: labels[0].box }];
    const wrong = Array.from({ length: 400 }, (_, at) =>
      simulatedReview({ image: `i${at}`, labels }, found, { seed: 1, slip: 0.25 }),
    ).filter(({ verdicts }) => verdicts[0]!.verdict === 'rejected');
    assert.ok(wrong.length > 70 && wrong.length < 130, String(wrong.length));
  });

  it('meets a mock that finds most, shifts it, and invents some', () => {
    const all = Array.from({ length: 500 }, (_, at) => mockDetections({ image: `i${at}`, labels }, 6, 1));
    const reviewed = all.map((found, at) => simulatedReview({ image: `i${at}`, labels }, found, none));
    const count = (verdict: string): number =>
      reviewed.flatMap(({ verdicts }) => verdicts).filter((one) => one.verdict === verdict).length;
    assert.ok(count('confirmed') > 800 && count('corrected') > 50 && count('rejected') > 80);
    assert.deepEqual(all[7], mockDetections({ image: 'i7', labels }, 6, 1));
    assert.notDeepEqual(all[7], mockDetections({ image: 'i7', labels }, 6, 2));
  });

  it('is timed by nearest rank', () => {
    assert.deepEqual(latencyOf([5, 1, 3, 2, 4]), { p50: 3, p95: 5, max: 5 });
    assert.deepEqual(latencyOf([]), { p50: null, p95: null, max: null });
  });
});
