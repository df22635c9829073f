import { escapeMarkup as escape } from '../escape-markup.ts';
import { type BarsBlock, drawBars } from './bars.ts';
import { partColour } from './part-colour.ts';

export type { BarsBlock } from './bars.ts';

export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly string[];
  /** Numbers are grouped and set flush right, shares like '7.4 %' too. */
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Picture {
  /** A `data:image/` URI, from `thumbnail`; undefined is drawn as an empty frame. */
  readonly src: string | undefined;
  readonly caption: string;
}

/** Rows of pictures in columns, such as classes by parts. */
export interface ImagesBlock {
  readonly kind: 'images';
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (readonly Picture[])[] }[];
}

/** Pictures two by two, such as suspected duplicates. */
export interface PairsBlock {
  readonly kind: 'pairs';
  readonly caption: string;
  readonly pairs: readonly {
    readonly pictures: readonly [Picture, Picture];
    /** The part each stands in, as index into `series` and by name. */
    readonly parts: readonly [string, string];
    readonly note: string;
    /** Marks the note, for example where labels contradict each other. */
    readonly warn?: boolean;
  }[];
  readonly series: readonly string[];
}

/** One picture as wide as the page, such as a map or a chart. */
export interface DrawingBlock {
  readonly kind: 'drawing';
  readonly caption: string;
  /** A `data:image/` URI; an SVG may follow the reader's light or dark by `prefers-color-scheme`. */
  readonly src: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
}

export type Block = DrawingBlock | TextBlock | TableBlock | BarsBlock | ImagesBlock | PairsBlock;

/** How numbers look and how tables and figures are counted, over the whole page. */
export interface Format {
  readonly number: (value: number) => string;
  readonly caption: (kind: 'table' | 'figure') => number;
}

/** Draws one block as HTML, its text escaped. */
export function drawBlock(block: Block, format: Format): string {
  switch (block.kind) {
    case 'text':
      return block.text
        .split(/\n{2,}/)
        .map((paragraph) => `<p>${escape(paragraph)}</p>`)
        .join('\n');
    case 'table':
      return drawTable(block, format);
    case 'bars':
      return figure(drawBars(block, format.number), block.caption, format);
    case 'images':
      return figure(drawImages(block), block.caption, format);
    case 'drawing':
      return figure(
        `<img class="drawing" src="${dataUri(block.src, block.alt)}" alt="${escape(block.alt)}">`,
        block.caption,
        format,
      );
    case 'pairs':
      return figure(drawPairs(block), block.caption, format);
  }
}

function figure(drawn: string, caption: string, format: Format): string {
  return `<figure>${drawn}<figcaption><b>Figure ${format.caption('figure')}.</b> ${escape(caption)}</figcaption></figure>`;
}

function drawTable({ caption, columns, rows }: TableBlock, format: Format): string {
  // Numbers written out by the caller, such as shares with a percent sign, are set like numbers too.
  const isNumber = columns.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every((row) => typeof row[column] === 'number' || /^[-+]?\d[\d.,]*( ?%)?$/.test(String(row[column]))),
  );
  const align = (column: number): string => (isNumber[column] ? ' class="n"' : '');
  const head = columns.map((name, column) => `<th scope="col"${align(column)}>${escape(name)}</th>`).join('');
  const cell = (value: string | number): string => escape(typeof value === 'number' ? format.number(value) : value);
  const body = rows.map(
    (row) => `<tr>${row.map((value, column) => `<td${align(column)}>${cell(value)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table class="plain"><caption><b>Table ${format.caption('table')}.</b> ${escape(caption)}</caption>
<thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function drawImages({ columns, rows }: ImagesBlock): string {
  const drawn = rows.map(({ label, cells }) => {
    const parts = cells.map((pictures, column) => {
      const name = columns[column] ?? '';
      const heading =
        columns.length === 1 ? '' : `<span class="part ${partColour(columns, name)}">${escape(name)}</span>`;
      return `<div class="cell">${heading}<div class="thumbs">${pictures.map(drawPicture).join('') || '<span class="none">none</span>'}</div></div>`;
    });
    return `<div class="samples"><h3>${escape(label)}</h3><div class="cells">${parts.join('')}</div></div>`;
  });
  return drawn.join('\n');
}

function drawPairs({ pairs, series }: PairsBlock): string {
  const drawn = pairs.map(({ pictures, parts, note, warn }) => {
    const sides = pictures.map((picture, side) => {
      const name = parts[side]!;
      return `<div>${drawPicture(picture)}<span class="part ${partColour(series, name)}">${escape(name)}</span><span class="key">${escape(picture.caption).replaceAll('/', '/<wbr>')}</span></div>`;
    });
    return `<div class="pair">${sides.join('')}<p class="note${warn ? ' bad' : ''}">${escape(note)}</p></div>`;
  });
  return `<div class="pairs">${drawn.join('\n')}</div>`;
}

function drawPicture({ src, caption }: Picture): string {
  if (src === undefined) return `<span class="frame" title="${escape(caption)}">unreadable</span>`;
  return `<span class="frame"><img src="${dataUri(src, caption)}" alt="${escape(caption)}" title="${escape(caption)}"></span>`;
}

/** Anything else would load from somewhere, and the page must stand alone. */
function dataUri(src: string, caption: string): string {
  if (!/^data:image\/(webp|png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(src))
    throw new RangeError(`the picture of '${caption}' is no data:image URI`);
  return src;
}
