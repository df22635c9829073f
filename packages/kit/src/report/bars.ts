import { escapeMarkup as escape } from '../escape-markup.ts';
import { partColour } from './part-colour.ts';

/** Stacked bars, one a row, with the numbers beside them; series have the colour of their place, as parts do elsewhere. */
export interface BarsBlock {
  readonly kind: 'bars';
  readonly caption: string;
  readonly series: readonly string[];
  readonly rows: readonly { readonly label: string; readonly values: readonly number[] }[];
}

/** The bar of the longest row, in units of the SVG's own; bars are stretched to the width they find. */
const unitsWide = 1000;
const unitsHigh = 10;

/**
 * Draws the rows as a table whose middle column is a bar, so that readers who cannot see it still have the numbers.
 *
 * Bars share one linear scale from 0 to the largest row.
 */
export function drawBars({ series, rows }: BarsBlock, number: (value: number) => string): string {
  const totals = rows.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const largest = totals.reduce((most, total) => Math.max(most, total), 1);
  // One series is its own sum, and needs no key to its colour.
  const [only] = series.length === 1 ? series : [];
  const parts = only === undefined ? series : [];
  const legend = parts.map((name) => `<span class="part ${partColour(series, name)}">${escape(name)}</span>`).join('');
  const head = parts.map((name) => `<th scope="col" class="n v">${escape(name)}</th>`).join('');
  const drawn = rows.map(({ label, values }, row) => {
    const numbers = parts
      .map((name, index) => `<td class="n v" data-part="${escape(name)}">${number(values[index] ?? 0)}</td>`)
      .join('');
    return `<tr><th scope="row">${escape(label)}</th><td class="bar">${drawBar(values, { series, largest, label })}</td>${numbers}<td class="n sum">${number(totals[row]!)}</td></tr>`;
  });
  return `${only === undefined ? `<p class="legend" aria-hidden="true">${legend}</p>\n` : ''}<table class="bars"><thead><tr><th scope="col">Class</th><th scope="col" class="bar" aria-label="bar"></th>${head}<th scope="col" class="n sum">${escape(only ?? 'all')}</th></tr></thead>
<tbody>${drawn.join('\n')}</tbody></table>`;
}

function drawBar(
  values: readonly number[],
  of: { readonly series: readonly string[]; readonly largest: number; readonly label: string },
): string {
  let from = 0;
  const pieces = values.map((value, index) => {
    const wide = (value / of.largest) * unitsWide;
    const name = of.series[index] ?? '';
    const piece = `<rect class="${partColour(of.series, name)}" x="${rounded(from)}" y="0" width="${rounded(wide)}" height="${unitsHigh}"/>`;
    from += wide;
    return value === 0 ? '' : piece;
  });
  return `<svg viewBox="0 0 ${unitsWide} ${unitsHigh}" preserveAspectRatio="none" aria-hidden="true">${pieces.join('')}</svg>`;
}

function rounded(units: number): string {
  return String(Math.round(units * 100) / 100);
}
