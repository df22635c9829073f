import type { OverlayOptions } from 'sharp';
import { escapeMarkup } from './escape-markup.ts';
import { loadSharp } from './image/load-sharp.ts';
import { pickSamples, type Sampled, type SampleOptions } from './samples.ts';

export interface ContactSheetOptions<T extends Sampled> extends SampleOptions {
  /** Opens an item's bytes; called for the drawn items only, one class at a time. */
  readonly read: (item: T) => Promise<Uint8Array>;
  readonly title: string;
  /** The side of a picture in pixels. Default 96. */
  readonly cellPx?: number;
}

const margin = 24;
const gap = 6;
const partGap = 22;
const labelWidth = 190;
const headHeight = 84;
const ink = '#1d1f24';
const muted = '#6b7078';

/**
 * Draws a PNG contact sheet: a row for every class, a block of columns for every part, seeded samples in them.
 *
 * Pictures keep their shape and are shrunk to fit, never enlarged; one that cannot be decoded is a crossed box, so a
 * damaged file is seen and not hidden. Text is drawn with the fonts of this machine (fontconfig's sans-serif), so its
 * pixels differ between machines; the choice of samples does not.
 */
export async function contactSheet<T extends Sampled>(
  items: readonly T[],
  options: ContactSheetOptions<T>,
): Promise<Uint8Array> {
  const { cellPx = 96, perCell = 4, parts } = options;
  const rows = pickSamples(items, options);
  const blockWidth = perCell * (cellPx + gap) - gap;
  const left = (part: number): number => margin + labelWidth + part * (blockWidth + partGap);
  const top = (row: number): number => margin + headHeight + row * (cellPx + gap + 4);
  const width = left(parts.length) - partGap + margin;
  const height = top(rows.length) + margin;

  const pictures: OverlayOptions[] = [];
  const texts = [textAt(margin, margin + 22, options.title, `font-size="22" font-weight="600" fill="${ink}"`)];
  for (const [part, name] of parts.entries())
    texts.push(textAt(left(part), margin + headHeight - 14, name, `font-size="14" fill="${muted}"`));
  for (const [row, { class: name, cells }] of rows.entries()) {
    texts.push(textAt(margin, top(row) + cellPx / 2 + 5, shorten(name, 24), `font-size="14" fill="${ink}"`));
    const drawn = cells.flatMap(({ items: cell }, part) =>
      cell.map((item, column) => ({ item, at: left(part) + column * (cellPx + gap) })),
    );
    pictures.push(
      ...(await Promise.all(
        drawn.map(async ({ item, at }) => {
          const { data, info } = await pictureOf(await options.read(item), cellPx);
          return {
            input: data,
            left: at + Math.floor((cellPx - info.width) / 2),
            top: top(row) + Math.floor((cellPx - info.height) / 2),
          };
        }),
      )),
    );
  }
  const labels = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${texts.join('')}</svg>`,
  );
  const sharp = await loadSharp();
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' }, limitInputPixels: false })
    .composite([...pictures, { input: labels, left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** A decoded picture that fits the cell, as PNG with its size. */
async function pictureOf(
  bytes: Uint8Array,
  cellPx: number,
): Promise<{ readonly data: Buffer; readonly info: { readonly width: number; readonly height: number } }> {
  const sharp = await loadSharp();
  try {
    return await sharp(bytes, { limitInputPixels: 100_000_000 })
      .resize(cellPx, cellPx, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .png({ compressionLevel: 1 })
      .toBuffer({ resolveWithObject: true });
  } catch {
    const end = cellPx - 0.5;
    const box = `<path d="M.5 .5H${end}V${end}H.5ZL${end} ${end}M${end} .5L.5 ${end}" fill="none" stroke="#b0473c"/>`;
    return sharp(
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${cellPx}" height="${cellPx}">${box}</svg>`),
    )
      .png()
      .toBuffer({ resolveWithObject: true });
  }
}

function textAt(x: number, y: number, text: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeMarkup(text)}</text>`;
}

function shorten(text: string, most: number): string {
  // By what readers see as characters, so that no accent or emoji is cut in two.
  const characters = Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}\u2026`;
}
