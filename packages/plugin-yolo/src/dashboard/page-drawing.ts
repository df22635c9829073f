/** The page's script, first part: elements, numbers and charts. It runs in the browser and is no module. */
export const drawingScript = String.raw`
const { dashboard: d, page: p } = JSON.parse(document.getElementById('data').textContent);

// Text goes in as text nodes only, so that no name in the data can become markup.
function make(space, tag, attributes, children) {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'style') element.style.cssText = value;
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}
const h = (tag, attributes, ...children) => make(null, tag, attributes, children);
const s = (tag, attributes, ...children) => make('http://www.w3.org/2000/svg', tag, attributes, children);

const grouped = new Intl.NumberFormat('en');
const number = (value) => (value === null || value === undefined ? '–' : grouped.format(value));
const fixed = (value, places = 3) => (value === null || value === undefined ? '–' : value.toFixed(places));
const percent = (share) => (Number.isFinite(share) ? (share * 100).toFixed(1) + ' %' : '–');
const splitColour = (at) => 'var(--c' + (at % 8) + ')';
// Neighbouring classes are far apart on the colour wheel.
const classColour = (id) => 'hsl(' + Math.round((id * 137.5 + 20) % 360) + ' 75% ' + (id % 2 ? 62 : 52) + '%)';

function section(title, about, ...children) {
  return h('section', {}, h('h2', {}, title), about ? h('p', {}, about) : undefined, ...children);
}
function wide(...of) {
  const element = section(...of);
  element.className = 'wide';
  return element;
}

/** A table; a cell is a text, a number, or an element; numbers and texts like them stand at the right. */
function table(head, rows, rowClass) {
  const isNumber = (value) => (value instanceof Element && value.classList.contains('n')) || typeof value === 'number' || (typeof value === 'string' && /^(–|[-+]?[\d.,]+( ?%)?)$/.test(value));
  const right = head.map((_, at) => rows.length > 0 && rows.every((row) => isNumber(row[at])));
  const cell = (value, at) => {
    if (value instanceof Element && value.tagName === 'TD') return value;
    return h('td', { class: right[at] ? 'n' : false }, typeof value === 'number' ? number(value) : value);
  };
  return h('div', { class: 'scroll' }, h('table', {},
    h('thead', {}, h('tr', {}, head.map((name, at) => h('th', { scope: 'col', class: right[at] ? 'n' : false }, name)))),
    h('tbody', {}, rows.map((row, index) => h('tr', { class: (rowClass && rowClass(index)) || false }, row.map(cell))))));
}

function legend(names, colour) {
  return h('div', { class: 'legend' }, names.map((name, at) => h('span', {}, h('i', { style: 'background:' + colour(at) }), name)));
}

function figures(pairs) {
  return h('dl', { class: 'figures' }, pairs.map(([label, value, tone]) =>
    h('div', {}, h('dt', {}, label), h('dd', { class: tone || false }, value))));
}

/** Stacked columns: bars is [[label, [value of each series]]]. */
function columns(bars, colour, options) {
  const { high = 190, unit = '', labels = 8 } = options || {};
  const [wideBy, left, bottom] = [640, 44, 22];
  const most = Math.max(1, ...bars.map(([, values]) => values.reduce((sum, one) => sum + one, 0)));
  const step = (wideBy - left) / Math.max(1, bars.length);
  const y = (value) => 8 + (high - bottom - 8) * (1 - value / most);
  const every = Math.max(1, Math.ceil(bars.length / labels));
  const ticks = [0, most / 2, most].map((value) => [
    s('line', { class: 'axis', x1: left, x2: wideBy, y1: y(value), y2: y(value) }),
    s('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, most < 10 ? String(Math.round(value * 10) / 10) : grouped.format(Math.round(value))),
  ]);
  const drawn = bars.map(([label, values], at) => {
    let from = 0;
    const rects = values.map((value, series) => {
      const rect = value > 0 && s('rect', {
        x: left + at * step + step * 0.08, width: Math.max(0.5, step * 0.84),
        y: y(from + value), height: Math.max(0, y(from) - y(from + value)), style: 'fill:' + colour(series),
      }, s('title', {}, label + ': ' + grouped.format(Math.round(value * 1000) / 1000) + unit));
      from += value;
      return rect || null;
    });
    const text = at % every === 0 ? s('text', { x: left + (at + 0.5) * step, y: high - 6, 'text-anchor': 'middle' }, label) : null;
    return [rects, text];
  });
  return s('svg', { viewBox: '0 0 ' + wideBy + ' ' + high, role: 'img' }, ticks.flat(), drawn.flat(3));
}

/** A bar of stacked pieces, as wide as its sum is of the most. */
function bar(values, most, colour) {
  return h('div', { class: 'bar' }, values.map((value, at) =>
    value > 0 ? h('i', { style: 'width:' + (100 * value) / most + '%;background:' + colour(at), title: grouped.format(value) }) : null));
}

/** Paints shares of 0 to most, or differences of -most to most, cell by cell. */
function paint(canvas, heat, grid, most, signed) {
  canvas.width = canvas.height = grid;
  const context = canvas.getContext('2d');
  const image = context.createImageData(grid, grid);
  const ramp = [[12, 13, 32], [70, 24, 98], [158, 47, 91], [229, 98, 56], [252, 204, 93], [252, 253, 220]];
  for (let at = 0; at < heat.length; at++) {
    const share = most > 0 ? Math.min(1, Math.abs(heat[at]) / most) : 0;
    let colour;
    if (signed) {
      const strong = heat[at] > 0 ? [214, 96, 54] : [52, 108, 176];
      colour = strong.map((value) => 245 + (value - 245) * share);
    } else {
      const place = share * (ramp.length - 1);
      const low = Math.min(ramp.length - 2, Math.floor(place));
      colour = ramp[low].map((value, channel) => value + (ramp[low + 1][channel] - value) * (place - low));
    }
    image.data.set([...colour.map(Math.round), 255], at * 4);
  }
  context.putImageData(image, 0, 0);
}
`;
