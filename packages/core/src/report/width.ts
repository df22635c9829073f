import { stripVTControlCharacters } from 'node:util';

/**
 * How wide text is in terminal cells, and cutting and padding by that width.
 *
 * A cell count is not a character count: CJK and emoji take two cells, combining marks none. A line that is
 * one cell too long wraps, and a live display that redraws itself then leaves torn lines behind.
 */

// Printable ASCII is nearly all text there is; it needs no segmenter (making one costs about 1 ms).
const plain = /^[ -~]*$/;
const wide =
  /[ᄀ-ᅟ⺀-〾ぁ-㏿㐀-鿿ꀀ-꓏가-힣豈-﫿︐-︙︰-﹯＀-｠￠-￦]|\p{Emoji_Presentation}|[\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;
// A soft hyphen is shown by terminals, for they break no lines at it.
const invisible = /(?!\u00AD)[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/gu;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

function graphemeWidth(grapheme: string): number {
  const shown = grapheme.replace(invisible, '');
  if (shown === '') return 0;
  // U+FE0F asks for the coloured form of a character that is narrow by itself.
  if (wide.test(grapheme) || grapheme.includes('\uFE0F')) return 2;
  // Letters that Indic scripts join, and vowel signs beside them, keep a cell each.
  let cells = 0;
  for (const _ of shown) cells++;
  return cells;
}

/** Returns the cells a text takes; colour codes take none. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  const bare = stripVTControlCharacters(text);
  if (plain.test(bare)) return bare.length;
  let cells = 0;
  for (const { segment } of graphemes(bare)) cells += graphemeWidth(segment);
  return cells;
}

/** Cuts uncoloured text to a width, with an ellipsis in its place of choice. */
export function cut(text: string, width: number, where: 'end' | 'middle' = 'end'): string {
  if (textWidth(text) <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  // The end of a long key tells more than its middle: `plankton/2026/…/D20260101T0000.adc`.
  const tail = where === 'middle' ? Math.floor((width - 1) / 2) : 0;
  return `${takeStart(text, width - 1 - tail)}…${takeEnd(text, tail)}`;
}

function takeStart(text: string, width: number): string {
  let taken = '';
  let cells = 0;
  for (const { segment } of graphemes(text)) {
    cells += graphemeWidth(segment);
    if (cells > width) break;
    taken += segment;
  }
  return taken;
}

function takeEnd(text: string, width: number): string {
  const all = [...graphemes(text)].map((part) => part.segment);
  let taken = '';
  let cells = 0;
  for (let i = all.length - 1; i >= 0; i--) {
    const segment = all[i] as string;
    cells += graphemeWidth(segment);
    if (cells > width) break;
    taken = segment + taken;
  }
  return taken;
}

/** Fills a text (coloured or not) with spaces to a width; longer text is returned as it is. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const missing = width - textWidth(text);
  if (missing <= 0) return text;
  return side === 'right' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** Breaks uncoloured text into lines at spaces; a word longer than the width keeps a line to itself. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      // URLs and keys are never broken: people copy them.
      if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
        lines.push(line.trimEnd());
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines;
}
