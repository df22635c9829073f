import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { seeded } from '@dataset-runner/kit/seeded';
import { skip } from '../../../test/support/skip.ts';
import { unitAlpha, unitsOf } from '../src/agreement/box-alpha.ts';
import type { AnnotatedImage } from '../src/annotation.ts';
import { agreementOf } from '../src/dashboard/agreement.ts';
import { chooseSamples } from '../src/dashboard/choose-samples.ts';
import type { Dashboard } from '../src/dashboard/dashboard.ts';
import { feedbackPanel, readFeedbackTable } from '../src/dashboard/feedback-panel.ts';
import { heatGrid } from '../src/dashboard/heat-grid.ts';
import { packPage } from '../src/dashboard/pack-page.ts';
import { filterScript } from '../src/dashboard/page-filters.ts';
import { setImages } from '../src/dashboard/set-images.ts';
import { readManifest } from '../src/manifest.ts';
import { readSplits } from '../src/split/splits-csv.ts';
import { dividedFiles } from './support/divided-set.ts';
import { failureOfRun, yoloProject } from './support/project.ts';

/** Two raters; each list of classes is an object in a place of its own, by rater; -1 is none. */
function annotated(objects: readonly (readonly number[])[]): AnnotatedImage {
  const marks = objects.flatMap((classes, place) =>
    classes.flatMap((classId, at) =>
      classId < 0 ? [] : [{ rater: `R${at}`, classId, box: [place * 20, 0, place * 20 + 10, 10] as const }],
    ),
  );
  return { id: 'a', width: 1_000, height: 100, raters: objects[0]!.map((_, at) => `R${at}`), marks };
}

describe('what the report measures', () => {
  it('is alpha over boxes: one when all agree, and the textbook value where not', () => {
    assert.equal(
      unitAlpha(
        unitsOf(
          [
            annotated([
              [1, 1],
              [2, 2],
            ]),
          ],
          0.5,
        ),
      ),
      1,
    );
    // Krippendorff's own example of nominal data, two observers and ten units, has alpha 0.095.
    const one = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    const other = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    const units = one.map(
      (value, at) =>
        new Map([
          ['A', value],
          ['B', other[at]!],
        ]),
    );
    assert.ok(Math.abs(unitAlpha(units) - 0.095) < 0.0005);
    // A third who never agrees lowers it: without him it is one again.
    const third = annotated([
      [1, 1, 2],
      [2, 2, -1],
      [3, 3, 0],
    ]);
    const found = unitsOf([third], 0.5);
    assert.ok(unitAlpha(found) < 0.6 && unitAlpha(found, 'R2') === 1);
  });

  it('is agreement of those images that several raters saw, and nothing where there are none', () => {
    const panel = agreementOf([annotated([[0, 0]]), annotated([[-1, -1]])], 2)!;
    assert.deepEqual([panel.images, panel.abnormal, panel.f1, panel.classes[0]!.kappa], [2, 1, 1, 1]);
    assert.equal(panel.classes[1]!.kappa, null, 'a class nobody marks');
    assert.equal(agreementOf([annotated([[0]])], 2), undefined);
  });

  it('is the heat that painting every box cell by cell gives', () => {
    const random = seeded('heat');
    const boxes = Array.from({ length: 50 }, () => {
      const [x, y] = [random.unit() * 0.8, random.unit() * 0.8];
      return [x, y, x + random.unit() * 0.2, y + random.unit() * 0.2];
    });
    const painted = new Float64Array(16 * 16);
    for (const [x1, y1, x2, y2] of boxes as [number, number, number, number][]) {
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 16; x++)
          if (x1 < (x + 1) / 16 && x2 > x / 16 && y1 < (y + 1) / 16 && y2 > y / 16) painted[y * 16 + x]! += 1 / 50;
    }
    const heat = heatGrid(boxes.flat(), 16);
    assert.ok(heat.every((value, at) => Math.abs(value - painted[at]!) < 1e-9));
    assert.ok(Math.max(...heat) > 0.05);
    assert.equal(heatGrid([0.99, 0.99, 1, 1], 4)[15], 1);
  });

  it('is calibration: a model as sure as it is right has no error', () => {
    const head = 'image_id,class_id,confidence,x_center,y_center,width,height,timestamp,verdict,decision\n';
    const rows = Array.from({ length: 10 }, (_, at) => {
      const verdict = at < 8 ? 'confirmed' : 'rejected';
      return `i${at},0,0.8,0.5,0.5,0.1,0.1,2026-03-0${1 + (at % 2)}T10:00:00.000Z,${verdict},${at < 8 ? 'confirmed' : 'left out: rejected'}\n`;
    });
    const panel = feedbackPanel(readFeedbackTable(head + rows.join(''), 2), 2);
    assert.equal(panel.calibrationError, 0);
    assert.deepEqual([panel.retrain, panel.objects, panel.days.length], [8, 10, 2]);
    assert.equal(panel.confidence[0]![16], 10);
    assert.equal(readFeedbackTable(`${head}a,7,0.8,0.5,0.5,0.1,0.1,2026-03-01,none,confident\n`, 2).length, 0);
  });

  it('is no object where a pixel stands for "No finding"', () => {
    const box = [0.5 / 1_024, 0.5 / 1_024, 1 / 1_024, 1 / 1_024] as const;
    const drawn = { class: 0, box: [0.5, 0.5, 0.2, 0.2] as const, from: [['R1', 40, 40, 60, 60]] as const };
    const base = { width: 100, height: 100, raters: ['R1'] };
    const images = setImages(
      [
        { ...base, image: 'a', stem: 'a', labels: [drawn] },
        { ...base, image: 'b', stem: 'b', labels: [{ class: 1, box, from: [] }] },
      ],
      [],
      2,
    );
    assert.deepEqual(
      images.map(({ labels }) => labels.length),
      [1, 0],
    );
  });

  it('is packed for the page with every rater and split, however many there are', () => {
    const names = Array.from({ length: 300 }, (_, at) => `${at}`);
    const marks = names.map((rater) => ({ rater, classId: 0, box: [0, 0, 5, 5] as const }));
    const annotated = { id: 'a', width: 10, height: 10, raters: names, marks };
    const p = packPage([{ image: 'a', split: names[299]!, annotated, labels: [] }], names, names);
    const read = '[lookRater, marks.rater, imageSplit].map((all) => names[all.at(-1)])';
    const found: unknown = runInNewContext(`${filterScript}; ${read}`, { p, d: { splits: [] }, names, atob });
    assert.deepEqual([...(found as string[])], ['299', '299', '299']);
  });

  it('is a sample of every class, the same for the same seed', () => {
    const files = dividedFiles(80);
    const images = setImages(
      readManifest(String(files['organized/manifest.jsonl'])),
      readSplits(String(files['organized/splits.csv'])),
      6,
    );
    const chosen = chooseSamples(images, 18, 1);
    assert.equal(chosen.length, 18);
    assert.equal(new Set(chosen.flatMap(({ labels }) => labels.map((label) => label.class))).size, 6);
    assert.ok(chosen.some(({ labels }) => labels.length === 0));
    assert.deepEqual(chooseSamples(images, 18, 1), chosen);
    assert.notDeepEqual(chooseSamples(images, 18, 2), chosen);
  });
});

describe('yolo:report', function () {
  this.timeout(60_000);
  const args = ['run', 'yolo:report', '--set', './organized', '--out', './report', '--permutations', '60'] as const;

  it('writes one page that loads nothing and runs its own script alone, and the same numbers as JSON', async () => {
    await using rig = await yoloProject(dividedFiles(40));
    const title = '</script><b>A "set" & more';
    const { code, stderr } = await rig.runner(...args, '--title', title);
    assert.equal(code, 0, stderr);
    const page = rig.read('report/report.html');
    assert.doesNotMatch(page, /(src|href)\s*=\s*["']?(https?:)?\/\/|@import|url\(/);
    assert.match(page, /<h1>&lt;\/script&gt;&lt;b&gt;A &quot;set&quot; &amp; more<\/h1>/);
    const scripts = [...page.matchAll(/<script(?<kind>[^>]*)>(?<text>.*?)<\/script>/gs)].map(({ groups }) => groups!);
    assert.deepEqual(
      scripts.map(({ kind }) => kind),
      [' type="application/json" id="data"', ''],
    );
    const hash = createHash('sha256').update(scripts[1]!['text']!).digest('base64');
    assert.ok(page.includes(`script-src 'sha256-${hash}'`));
    const numbers = JSON.parse(rig.read('report/report.json')) as Dashboard;
    assert.deepEqual((JSON.parse(scripts[0]!['text']!) as { dashboard: Dashboard }).dashboard, numbers);
    assert.deepEqual(
      numbers.splits.map(({ split, images }) => [split, images]),
      [
        ['training', 10],
        ['validation', 10],
        ['test', 10],
        ['production', 10],
      ],
    );
    assert.equal(numbers.drift.length, 6);
    assert.ok(numbers.agreement!.f1! > 0.3 && numbers.agreement!.raters.length === 17);
    assert.match((await rig.runner(...args, '--title', title)).stdout, /Nothing to do/);
  });

  it('is drawn in a browser, every panel of what it is given', async function () {
    const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
      (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
    );
    if (browser === undefined) skip(this, 'no Chromium is installed');
    await using rig = await yoloProject(dividedFiles(40));
    const set = ['--set', './organized'] as const;
    await rig.runner('run', 'yolo:validate', ...set, '--out', './reports');
    const online = ['--mock-ms', '2', '--pause-ms', '1', '--stages', '2x0.5', '--reviewer', 'simulated'] as const;
    await rig.runner('run', 'yolo:simulate', ...set, '--split', 'production', '--out', './online', ...online);
    await rig.runner('run', 'yolo:collect', ...set, '--feedback', './online/feedback', '--to', './store');
    const given = [
      '--collected',
      './store/retrain',
      '--simulation',
      './online',
      '--validation',
      './reports/validation.json',
    ];
    const { code, stderr } = await rig.runner(...args, ...given);
    assert.equal(code, 0, stderr);
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=4000', '--dump-dom'];
    const dom = execFileSync(
      browser,
      [...options, `--user-data-dir=${rig.path('browser')}`, `file://${rig.path('report/report.html')}`],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 2 ** 26,
      },
    );
    const titles = [...dom.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title);
    assert.deepEqual(titles, [
      'At a glance',
      'Splits',
      'Labels an image',
      'Where boxes are',
      'Classes',
      'Samples',
      'How raters agree',
      'Drift',
      'Feedback and what is learnt from it',
      'Online simulation',
      'Validation',
    ]);
    assert.match(dom, /<dt>images<\/dt><dd>40<\/dd>/);
    assert.ok((dom.match(/<rect class="label"/g) ?? []).length > 10);
  });

  it('names a file of another task, and one that is cut', async () => {
    await using rig = await yoloProject({ ...dividedFiles(8), 'eval.json': '[]', 'cut.json': '{"counts": {' });
    for (const [param, message] of [
      ['--scores=./eval.json', 'eval.json: it has no classes'],
      ['--validation=./cut.json', 'cut.json: Expected'],
    ] as const) {
      const { code, message: told } = failureOfRun((await rig.json(...args, param)).report);
      assert.deepEqual([code, told.slice(0, message.length)], ['yolo.json-invalid', message]);
    }
  });

  it('names a place that is no set, and one without feedback', async () => {
    await using rig = await yoloProject(dividedFiles(8));
    const code = async (...params: string[]): Promise<string> =>
      failureOfRun((await rig.json('run', 'yolo:report', '--out', './report', ...params)).report).code;
    assert.equal(await code('--set', './nowhere'), 'yolo.set-missing');
    assert.equal(await code('--set', './organized', '--collected', './organized'), 'yolo.set-missing');
    const { stdout } = await rig.runner(
      'run',
      'yolo:report',
      '--set',
      './organized',
      '--out',
      './report',
      '--collected',
      '.',
    );
    assert.match(stdout, /Name the folder that yolo:collect wrote/);
  });
});
