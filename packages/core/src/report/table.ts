import type { Layout } from './layout.ts';
import { cut, pad, textWidth } from './width.ts';

/** One column of a table. */
export interface Column {
  /** Above the column; a table whose headings are all empty has no heading line. */
  readonly heading?: string;
  readonly align?: 'left' | 'right';
  /** May be cut when the table is wider than the terminal; the widest such column gives way first. */
  readonly flexible?: boolean;
  readonly paint?: (text: string) => string;
}

/**
 * Returns the lines of a table without trailing spaces; cells are plain text, painted after they are cut. A column
 * with no text in any row is left out.
 *
 * `width` in cells; lines only exceed it when no flexible column is left to cut.
 */
export function table(
  allColumns: readonly Column[],
  allRows: readonly (readonly string[])[],
  options: Layout & { readonly indent?: string },
): string[] {
  const used = allColumns.map((_, i) => allRows.some((cells) => (cells[i] ?? '') !== ''));
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => used[i]);
  const [columns, rows] = [keep(allColumns), allRows.map(keep)];
  const indent = options.indent ?? '';
  const widths = fit(columns, rows, options.width - textWidth(indent));
  const line = (cells: readonly string[], paint: (text: string, column: Column) => string): string =>
    (
      indent +
      columns
        .map((column, i) => {
          const text = cut(cells[i] ?? '', widths[i] ?? 0, 'middle');
          return pad(paint(text, column), widths[i] ?? 0, column.align === 'right' ? 'left' : 'right');
        })
        .join('  ')
    ).trimEnd();
  const body = rows.map((cells) => line(cells, (text, column) => column.paint?.(text) ?? text));
  if (columns.every((column) => column.heading === undefined)) return body;
  return [
    line(
      columns.map((column) => column.heading ?? ''),
      options.style.dim,
    ),
    ...body,
  ];
}

/** Widths of the columns: as wide as their longest cell, less what the flexible ones must give up. */
function fit(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((column, i) =>
    rows.reduce((widest, cells) => Math.max(widest, textWidth(cells[i] ?? '')), textWidth(column.heading ?? '')),
  );
  // Below 8 cells a cut name says nothing any more.
  const least = 8;
  let excess = widths.reduce((sum, one) => sum + one, 2 * (columns.length - 1)) - width;
  while (excess > 0) {
    let widest = -1;
    columns.forEach((column, i) => {
      if (column.flexible === true && (widths[i] as number) > Math.max(least, widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) break;
    const others = columns.map((column, i) =>
      column.flexible === true && i !== widest ? (widths[i] as number) : least,
    );
    // Cut down to the second widest at most, so that two long columns share the loss.
    const step = Math.min(excess, Math.max(1, (widths[widest] as number) - Math.max(least, ...others)));
    widths[widest] = (widths[widest] as number) - step;
    excess -= step;
  }
  return widths;
}
