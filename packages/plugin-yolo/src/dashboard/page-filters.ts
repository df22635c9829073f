/** The page's script, second part: what is chosen, counted anew from the packed boxes, and the panels that follow it. */
export const filterScript = String.raw`
function unpack(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}
function unpackBoxes(packed) {
  return {
    image: unpack(packed.image, Uint32Array),
    class: unpack(packed.class, Uint16Array),
    corners: Float64Array.from(unpack(packed.corners, Uint16Array), (value) => value / 65535),
    rater: packed.rater === undefined ? undefined : unpack(packed.rater, Uint16Array),
  };
}
const imageSplit = unpack(p.imageSplit, Uint16Array);
const lookImage = unpack(p.lookImage, Uint32Array);
const lookRater = unpack(p.lookRater, Uint16Array);
const labels = unpackBoxes(p.labels);
const marks = unpackBoxes(p.marks);
const splitNames = d.splits.map((one) => one.split);

// split, class, rater: -1 for all; by: the labels of the set, or the boxes that raters drew.
const state = { split: -1, class: -1, by: 'labels', rater: -1, count: 'boxes', layers: { labels: true, raters: false, seen: true } };

/** Which images count: those of the split, and of a rater those he looked at. */
function imagesShown() {
  const shown = new Uint8Array(imageSplit.length);
  if (state.rater < 0) shown.fill(1);
  else for (let at = 0; at < lookImage.length; at++) if (lookRater[at] === state.rater) shown[lookImage[at]] = 1;
  if (state.split >= 0) for (let at = 0; at < shown.length; at++) if (imageSplit[at] !== state.split) shown[at] = 0;
  return shown;
}
const chosenBoxes = () => (state.by === 'labels' ? labels : marks);
function isChosen(boxes, at, classId) {
  return (classId < 0 || boxes.class[at] === classId) && (boxes.rater === undefined || state.rater < 0 || boxes.rater[at] === state.rater);
}

/** Counts all that the panels show under the filters, in one pass. */
function count() {
  const boxes = chosenBoxes();
  const shown = imagesShown();
  const perImage = new Uint32Array(imageSplit.length);
  const byClass = d.classes.map(() => new Float64Array(splitNames.length));
  const imagesByClass = d.classes.map(() => new Float64Array(splitNames.length));
  const last = new Int32Array(d.classes.length).fill(-1);
  let total = 0;
  for (let at = 0; at < boxes.image.length; at++) {
    const image = boxes.image[at];
    if (!shown[image] || !isChosen(boxes, at, -1)) continue;
    const id = boxes.class[at];
    byClass[id][imageSplit[image]]++;
    // Boxes come image by image, so the last image a class was seen in tells a new one.
    if (last[id] !== image) imagesByClass[id][imageSplit[image]]++;
    last[id] = image;
    if (state.class < 0 || id === state.class) {
      perImage[image]++;
      total++;
    }
  }
  const counts = [];
  for (let at = 0; at < shown.length; at++) if (shown[at]) counts.push(perImage[at]);
  counts.sort((one, other) => one - other);
  return { shown, perImage, byClass, imagesByClass, total, counts };
}

function heat(splitAt) {
  const boxes = chosenBoxes();
  const corners = [];
  for (let at = 0; at < boxes.image.length; at++) {
    if (splitAt >= 0 && imageSplit[boxes.image[at]] !== splitAt) continue;
    if (isChosen(boxes, at, state.class)) corners.push(...boxes.corners.subarray(at * 4, at * 4 + 4));
  }
  return { grid: heatGrid(corners, 64), boxes: corners.length / 4 };
}

const rank = (sorted, share) => (sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);

function drawOverview(found) {
  const without = found.counts.filter((one) => one === 0).length;
  return wide('At a glance', '', figures([
    ['images', number(found.counts.length)],
    [state.by === 'labels' ? 'labels' : 'boxes drawn', number(found.total)],
    [state.class < 0 ? 'images without any' : 'images without it', percent(without / found.counts.length)],
    ['an image: median', number(rank(found.counts, 0.5))],
    ['95 of 100 have at most', number(rank(found.counts, 0.95))],
    ['at most', number(found.counts.at(-1))],
    ['class imbalance', d.imbalance === null ? '–' : fixed(d.imbalance, 1) + ' : 1'],
  ]));
}

function drawSplits() {
  const rows = d.splits.map((one, at) => [
    h('td', {}, h('span', { class: 'legend', style: 'margin:0' }, h('span', {}, h('i', { style: 'background:' + splitColour(at) }), one.split))),
    one.images, one.looks, one.labels, one.marks, percent(one.backgrounds / one.images), one.median, one.p95, one.most, fixed(one.classDistance),
  ]);
  return wide('Splits', 'From splits.csv; nothing is scaled. The last column is the Jensen-Shannon distance of the classes from those of ' + splitNames[0] + ': 0 is the same, 1 nothing in common.',
    table(['split', 'images', 'image-rater pairs', 'labels', 'boxes drawn', 'background', 'median', 'p95', 'most', 'class distance'], rows, (at) => at === state.split && 'chosen'));
}

function drawHistogram(found) {
  const most = found.counts.at(-1) || 0;
  const bins = Array.from({ length: most + 1 }, () => splitNames.map(() => 0));
  for (let at = 0; at < found.shown.length; at++) if (found.shown[at]) bins[found.perImage[at]][imageSplit[at]]++;
  const [none, ...some] = bins.map((values, at) => [String(at), values]);
  const zero = none ? none[1].reduce((sum, one) => sum + one, 0) : 0;
  return section(state.by === 'labels' ? 'Labels an image' : 'Boxes an image', number(zero) + ' images have none; the columns begin at one.',
    some.length === 0 ? h('p', {}, 'No boxes under these filters.') : columns(some, splitColour), legend(splitNames, splitColour));
}

function drawClasses(found) {
  const by = state.count === 'boxes' ? found.byClass : found.imagesByClass;
  const sums = by.map((values) => values.reduce((sum, one) => sum + one, 0));
  const most = Math.max(1, ...sums);
  const choose = h('button', { type: 'button' }, state.count === 'boxes' ? 'count images' : 'count boxes');
  choose.onclick = () => { state.count = state.count === 'boxes' ? 'images' : 'boxes'; redraw(); };
  const all = sums.reduce((sum, one) => sum + one, 0);
  return section('Classes', state.count === 'boxes' ? 'Boxes of each class, by split.' : 'Images that show a class, by split; an image can show several.',
    h('div', { class: 'tools' }, choose), legend(splitNames, splitColour),
    table(['class', '', state.count, state.count === 'boxes' ? 'share' : 'of images'], by.map((values, id) => [
      h('td', {}, d.classes[id]), h('td', { style: 'width:48%' }, bar([...values], most, splitColour)), sums[id],
      percent(sums[id] / (state.count === 'boxes' ? all : found.counts.length)),
    ]), (id) => id === state.class && 'chosen'));
}

function drawHeat() {
  const [here, first] = [heat(state.split), heat(0)];
  const most = Math.max(...here.grid);
  const difference = here.grid.map((value, at) => value - first.grid[at]);
  const far = Math.max(0.02, ...difference.map(Math.abs));
  const map = (values, top, signed, caption) => {
    const canvas = h('canvas', { role: 'img', 'aria-label': caption });
    paint(canvas, values, 64, top, signed);
    return h('figure', {}, canvas, h('figcaption', {}, caption));
  };
  const name = state.split < 0 ? 'all splits' : splitNames[state.split];
  return section('Where boxes are', 'The share of boxes that cover a place, and how that differs from ' + splitNames[0] + '.',
    h('div', { class: 'heats' },
      map(here.grid, most, false, name + ': ' + number(here.boxes) + ' boxes, at most ' + percent(most)),
      map(difference, far, true, name + ' less ' + splitNames[0] + ': red is more, blue is less, up to ' + percent(far))));
}

function drawSamples(found) {
  const layer = (key, text) => {
    const box = h('input', { type: 'checkbox', checked: state.layers[key] });
    box.onchange = () => { state.layers[key] = box.checked; redraw(); };
    return h('label', {}, box, text);
  };
  const shown = p.samples.filter(({ image }) => found.shown[image] && (state.class < 0 || found.perImage[image] > 0));
  const used = new Set();
  const rects = (boxes, image, kind) => {
    const all = [];
    for (let at = 0; at < boxes.image.length; at++) {
      if (boxes.image[at] !== image || (state.class >= 0 && boxes.class[at] !== state.class)) continue;
      if (boxes.rater !== undefined && state.rater >= 0 && boxes.rater[at] !== state.rater) continue;
      const [x1, y1, x2, y2] = boxes.corners.subarray(at * 4, at * 4 + 4);
      const who = boxes.rater === undefined ? '' : ' (' + d.raters[boxes.rater[at]] + ')';
      used.add(boxes.class[at]);
      all.push(s('rect', { class: kind, x: x1, y: y1, width: x2 - x1, height: y2 - y1, style: 'stroke:' + classColour(boxes.class[at]) }, s('title', {}, d.classes[boxes.class[at]] + who)));
    }
    return all;
  };
  const seen = (sample) => (sample.predictions || []).filter(([id]) => state.class < 0 || id === state.class).map(([id, confidence, x1, y1, x2, y2]) => {
    used.add(id);
    return s('rect', { class: 'seen', x: x1, y: y1, width: x2 - x1, height: y2 - y1, style: 'stroke:' + classColour(id) }, s('title', {}, (d.classes[id] || id) + ' ' + fixed(confidence, 2) + ' (predicted)'));
  });
  const cards = shown.map((sample) => h('figure', { class: 'sample' },
    h('div', { class: 'frame', style: 'aspect-ratio:' + sample.aspect },
      sample.src ? h('img', { src: sample.src, alt: '' }) : null,
      s('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none' },
        state.layers.raters ? rects(marks, sample.image, 'rater') : null,
        state.layers.labels ? rects(labels, sample.image, 'label') : null,
        state.layers.seen ? seen(sample) : null)),
    h('figcaption', {}, sample.name + ' · ' + splitNames[imageSplit[sample.image]])));
  const names = [...used].sort((one, other) => one - other);
  const hasPredictions = p.samples.some(({ predictions }) => predictions);
  return wide('Samples', 'Drawn by a seed, rare classes first. Solid: labels of the set; dashed: what each rater drew; dotted: predictions. Point at a box for its name.',
    h('div', { class: 'tools' }, layer('labels', 'labels'), layer('raters', 'raters'), hasPredictions ? layer('seen', 'predictions') : null),
    names.length === 0 ? null : legend(names.map((id) => d.classes[id] || 'class ' + id), (at) => classColour(names[at])),
    shown.length === 0 ? h('p', {}, 'No sample under these filters.') : h('div', { class: 'samples' }, cards));
}
`;
