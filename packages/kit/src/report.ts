import { escapeMarkup as escape } from './escape-markup.ts';
import { drawBlock, type Block } from './report/blocks.ts';
import { pageStyle } from './report/style.ts';

export type {
  BarsBlock,
  Block,
  DrawingBlock,
  ImagesBlock,
  PairsBlock,
  Picture,
  TableBlock,
  TextBlock,
} from './report/blocks.ts';
export { thumbnail } from './report/thumbnail.ts';

/** One number that matters, shown large. */
export interface KeyFigure {
  readonly label: string;
  readonly value: string | number;
  /** `good` and `bad` tint the number; a leak count that is 0 is good. */
  readonly tone?: 'good' | 'bad';
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Report {
  readonly title: string;
  readonly subtitle?: string;
  readonly figures?: readonly KeyFigure[];
  readonly sections: readonly Section[];
  /** Seed, versions, licence, sources: what is needed to make the set again; shown at the end. */
  readonly provenance?: readonly { readonly label: string; readonly value: string }[];
  /** BCP 47; it decides the page's `lang` and how numbers are grouped. Default `en`. */
  readonly language?: string;
}

/**
 * Builds one HTML page that needs nothing else: no scripts, no fonts, no files; pictures are inside it.
 *
 * Its Content-Security-Policy forbids everything but its own style and `data:` pictures. Light or dark follows the
 * reader's system; it prints on white. All text is escaped. Equal reports are equal pages: no time of making is in it.
 * Throws a RangeError for a picture that is no `data:image/` URI.
 */
export function reportPage(report: Report): string {
  const language = report.language ?? 'en';
  const number = new Intl.NumberFormat(language);
  const captions = { table: 0, figure: 0 };
  const format = {
    number: (value: number): string => number.format(value),
    caption: (kind: 'table' | 'figure'): number => ++captions[kind],
  };
  const sections = report.sections.map(
    ({ title, blocks }) =>
      `<section>\n<h2>${escape(title)}</h2>\n${blocks.map((block) => drawBlock(block, format)).join('\n')}\n</section>`,
  );
  return `<!doctype html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(report.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escape(report.title)}</h1>
${report.subtitle === undefined ? '' : `<p class="subtitle">${escape(report.subtitle)}</p>`}
</header>
${drawFigures(report.figures ?? [], format.number)}
${sections.join('\n')}
${drawProvenance(report.provenance ?? [])}
</main>
</body>
</html>
`;
}

function drawFigures(figures: readonly KeyFigure[], number: (value: number) => string): string {
  if (figures.length === 0) return '';
  const drawn = figures.map(({ label, value, tone }) => {
    const shown = typeof value === 'number' ? number(value) : value;
    return `<div><dt>${escape(label)}</dt><dd${tone === undefined ? '' : ` class="${tone}"`}>${escape(shown)}</dd></div>`;
  });
  return `<dl class="figures">${drawn.join('')}</dl>`;
}

function drawProvenance(entries: NonNullable<Report['provenance']>): string {
  if (entries.length === 0) return '';
  const drawn = entries.map(({ label, value }) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`);
  return `<footer><dl class="provenance">${drawn.join('')}</dl></footer>`;
}
