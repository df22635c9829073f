/** The page's script, third part: panels whose numbers were measured before, and what puts all of them together. */
export const panelScript = String.raw`
const withBand = (value) => h('td', { class: 'n' }, fixed(value, 4), h('span', { class: 'band' }, h('i', { style: 'width:' + Math.max(0, Math.min(1, value || 0)) * 100 + '%' })));
// Landis and Koch, 1977.
const bandOf = (kappa) => (kappa === null ? '–' : kappa < 0 ? 'poor' : ['slight', 'fair', 'moderate', 'substantial', 'almost perfect'][Math.min(4, Math.floor(kappa * 5 - 1e-9))]);

function drawAgreement() {
  const a = d.agreement;
  if (a === undefined) return null;
  const [all, abnormal] = a.oneClass;
  const rows = a.classes.map((one) => [d.classes[one.class], withBand(one.kappa), h('td', {}, bandOf(one.kappa)), fixed(one.kappaAbnormal, 4), fixed(one.alpha, 4), withBand(one.f1), fixed(one.meanIou, 4)]);
  const raters = a.raters.map((one) => [one.rater, one.images, one.boxes, fixed(one.vitality, 4)]);
  return wide('How raters agree', 'Kappa is Fleiss’ of who marked the class in an image, over all images and over those with any finding; F1 is of boxes that overlap by at least half, pair by pair. ' +
    'The same class on all sides of an image, a measure often shown, is ' + percent(all) + ' here, and ' + percent(abnormal) + ' once images without findings are left out.',
    figures([['images with several raters', number(a.images)], ['of them with a finding', number(a.abnormal)], ['F1 of any two raters', fixed(a.f1, 4)], ['mean overlap of matched boxes', fixed(a.meanIou, 4)],
      ['alpha over boxes, overlap 0.5', fixed((a.boxAlpha.find((one) => one.from === 0.5) || {}).alpha, 4)]]),
    h('p', { style: 'margin-top:12px' }, 'A detector scored against one rater cannot be expected to do better than F1 ' + fixed(a.f1, 2) + '.'),
    table(['class', 'kappa', 'band', 'kappa, abnormal', 'alpha', 'F1@.5', 'mean IoU'], rows, (id) => id === state.class && 'chosen'),
    h('h3', {}, 'Krippendorff’s alpha over boxes, by the overlap that makes two boxes one object'),
    table(a.boxAlpha.map((one) => 'overlap ' + one.from), [a.boxAlpha.map((one) => fixed(one.alpha, 4))]),
    h('h3', {}, 'Raters'), h('p', {}, 'Vitality is alpha with a rater less alpha without: below zero, the others agree better when left alone.'),
    table(['rater', 'images', 'boxes', 'vitality'], raters, (at) => state.rater >= 0 && a.raters[at].rater === d.raters[state.rater] && 'chosen'));
}

let driftReference = splitNames[0];
function drawDrift() {
  if (d.drift.length === 0) return null;
  const choose = h('select', { 'aria-label': 'Reference' }, [...new Set(d.drift.map((one) => one.reference))].map((name) => h('option', { selected: name === driftReference }, name)));
  choose.onchange = () => { driftReference = choose.value; redraw(); };
  const pairs = d.drift.filter((one) => one.reference === driftReference);
  const names = [...new Set(pairs.flatMap((one) => one.features.map(({ feature }) => feature)))];
  const word = { drift: 'drift', chance: 'may be chance', small: 'small' };
  const rows = names.map((name) => [name, ...pairs.map((pair) => {
    const one = pair.features.find(({ feature }) => feature === name);
    if (one === undefined) return h('td', { class: 'n none' }, '–');
    const tip = word[one.verdict] + '; D ' + fixed(one.distance) + ', PSI ' + fixed(one.psi) + ', p ' + fixed(one.p) + ', adjusted ' + fixed(one.q) + '; ' + number(one.counts[0]) + ' and ' + number(one.counts[1]) + ' values';
    return h('td', { class: 'n ' + one.verdict, title: tip }, fixed(one.effect) + ' ', h('small', { class: 'none' }, 'p ' + fixed(one.q, 2)));
  })]);
  return wide('Drift', 'How far each feature is from the reference: normed Wasserstein distance, for classes Jensen-Shannon’s. Red: above 0.1 and no chance (adjusted p < 0.05, ' + d.permutations + ' divisions of whole images by chance). Point at a number for more.',
    h('div', { class: 'tools' }, h('label', {}, 'reference', choose)), table(['feature', ...pairs.map((one) => one.current)], rows));
}

const sumOver = (rows) => (state.class < 0 ? rows.reduce((sum, row) => sum.map((value, at) => value + row[at])) : rows[state.class]);
function drawFeedback() {
  const f = d.feedback;
  if (f === undefined) return null;
  const bins = sumOver(f.confidence).map((value, at) => [(at / 20).toFixed(2), [value]]);
  const verdict = (name) => f.verdicts.reduce((sum, one, id) => sum + (state.class < 0 || id === state.class ? one[name] || 0 : 0), 0);
  const reviewed = ['confirmed', 'corrected', 'rejected'].reduce((sum, name) => sum + verdict(name), 0);
  const ink = () => 'var(--accent)';
  const decided = Object.entries(f.decisions).map(([name, counts]) => [name, state.class < 0 ? counts.reduce((sum, one) => sum + one, 0) : counts[state.class]]).sort((one, other) => other[1] - one[1]);
  return wide('Feedback and what is learnt from it', 'From feedback.csv. Calibration compares confidence with the share that reviewers confirmed as it was.',
    figures([['images', number(f.images)], ['objects', number(f.objects)], ['reviewed', percent(reviewed / (reviewed + verdict('none')))], ['confirmed, of reviewed', percent(verdict('confirmed') / reviewed)],
      ['calibration error', fixed(f.calibrationError)], ['to retrain on', number(f.retrain)]]),
    h('div', { class: 'heats', style: 'margin-top:16px' },
      h('figure', {}, columns(bins, ink, { labels: 10 }), h('figcaption', {}, 'confidence of detections')),
      h('figure', {}, columns(f.days.map((one) => [one.day.slice(5), [one.reviewed, one.objects - one.reviewed]]), (at) => ['var(--c4)', 'var(--c2)'][at]), h('figcaption', {}, 'objects a day; green: reviewed'))),
    h('div', { class: 'heats' },
      h('div', {}, h('h3', {}, 'What became of them'), table(['decision', 'objects'], decided)),
      h('div', {}, h('h3', {}, 'Calibration'), table(['confidence', 'reviewed', 'mean confidence', 'confirmed'], f.calibration.flatMap((one, at) => (one.count === 0 ? [] : [[(at / 10).toFixed(1) + ' to ' + ((at + 1) / 10).toFixed(1), one.count, fixed(one.confidence), fixed(one.right)]]))))));
}

function drawSimulation() {
  const m = d.simulation;
  if (m === undefined) return null;
  const rows = m.stages.map((one) => [String(one.stage), one.workers, one.seconds, one.successes, one.failures, fixed(one.perSecond, 1), fixed(one.latencyMs.p50, 1), fixed(one.latencyMs.p95, 1), h('td', {}, one.because === 'images' ? 'no images left' : 'time over')]);
  const bars = m.perSecond.map(([second, answers, failures]) => [second + ' s', [answers, failures]]);
  return section('Online simulation', 'Detector ' + m.detector + ', seed ' + m.seed + '; images of ' + m.splits.join(', ') + '.',
    figures([['answers', number(m.successes)], ['failures', number(m.failures), m.failures > 0 && 'bad'], ['p50', fixed(m.latencyMs.p50, 1) + ' ms'], ['p95', fixed(m.latencyMs.p95, 1) + ' ms'], ['images left', number(m.remaining)]]),
    h('h3', {}, 'Answers a second; red: failures'), columns(bars, (at) => ['var(--c4)', 'var(--bad)'][at]),
    table(['stage', 'workers', 'seconds', 'answers', 'failures', 'a second', 'p50 ms', 'p95 ms', 'ended by'], rows));
}

function drawScores() {
  const e = d.scores;
  if (e === undefined) return null;
  const rows = e.classes.map((one) => [one.name, one.truths, one.detections, withBand(one.ap40), fixed(one.ap50, 4), fixed(one.ap5095, 4), fixed(one.precision), fixed(one.recall), fixed(one.f1)]);
  const human = d.agreement === undefined ? [] : [['F1 of any two raters', fixed(d.agreement.f1, 4)]];
  return wide('Scores of predictions', number(e.images) + ' images of ' + e.splits.join(', ') + '. AP@.4 as VOC 2010, the others as COCO; precision, recall and F1 above a confidence of ' + e.over + '.',
    figures([['mAP@.4', fixed(e.mAP40, 4)], ['mAP@.5', fixed(e.mAP50, 4)], ['mAP@[.5:.95]', fixed(e.mAP5095, 4)], ...human]), h('p', {}),
    table(['class', 'labels', 'detections', 'AP@.4', 'AP@.5', 'AP@.5:.95', 'precision', 'recall', 'F1@.5'], rows, (id) => id === state.class && 'chosen'));
}

function drawValidation() {
  const v = d.validation;
  if (v === undefined) return null;
  const { error, warning, info } = v.counts;
  return section('Validation', number(v.images) + ' images and ' + number(v.labels) + ' labels were checked.',
    figures([['errors', number(error), error > 0 ? 'bad' : 'good'], ['warnings', number(warning)], ['notes', number(info)]]), h('p', {}),
    v.codes.length === 0 ? null : table(['rule', 'level', 'found', 'first'], v.codes.map((one) => [one.code, one.level, one.count, one.first])));
}

/** Two panels side by side; one alone gets the whole row. */
function beside(one, other) {
  const both = [one, other].filter((panel) => panel !== null);
  if (both.length === 1) both[0].className = 'wide';
  return both;
}

function redraw() {
  const found = count();
  const left = h('div', { class: 'stack' }, drawHistogram(found), drawHeat());
  const panels = [
    drawOverview(found), drawSplits(), left, drawClasses(found), drawSamples(found), drawAgreement(), drawDrift(),
    drawFeedback(), drawScores(), ...beside(drawSimulation(), drawValidation()),
  ];
  const open = document.activeElement && document.activeElement.id;
  document.getElementById('main').replaceChildren(...panels.filter((panel) => panel !== null));
  if (open) document.getElementById(open)?.focus();
}

function filter(id, text, options, choose) {
  const select = h('select', { id }, options.map(([value, name]) => h('option', { value }, name)));
  select.onchange = () => { choose(select.value); redraw(); };
  return h('label', { for: id }, text, select);
}
document.getElementById('filters').append(
  filter('split', 'split', [[-1, 'all'], ...splitNames.map((name, at) => [at, name])], (value) => { state.split = Number(value); }),
  filter('class', 'class', [[-1, 'all'], ...d.classes.map((name, id) => [id, name])], (value) => { state.class = Number(value); }),
  filter('boxes', 'boxes of', [['labels', 'the labels'], ['all', 'all raters'], ...d.raters.map((name, at) => [at, name])], (value) => {
    state.by = value === 'labels' ? 'labels' : 'marks';
    state.rater = /^\d+$/.test(value) ? Number(value) : -1;
    state.layers.raters = value !== 'labels';
    state.layers.labels = value === 'labels' || value === 'all';
  }),
);
document.getElementById('filters').onsubmit = () => false;
redraw();
`;
