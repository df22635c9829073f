import { ratioOf, type Row, verdictOf } from './row.ts';
import type { Spread } from './spread.ts';

const heading = ['what', 'ours', 'min - max', 'beside', 'its', 'ratio', 'goal', ''] as const;

/** One table of all rows; figures to the right, so that they can be compared by eye. */
export function tableText(benches: readonly { readonly name: string; readonly rows: readonly Row[] }[]): string {
  const lines = benches.flatMap(({ name, rows }) => rows.map((row) => cells(name, row)));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => (line[column] ?? '').length)),
  );
  const toText = (line: readonly string[]): string =>
    line
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [toText(heading), rule, ...lines.map(toText), ''].join('\n');
}

function isText(column: number): boolean {
  return column === 0 || column === 3 || column === 7;
}

function cells(bench: string, row: Row): string[] {
  const { what, unit, ours, beside, goal } = row;
  return [
    `${bench}: ${what}`,
    `${figure(ours.median)} ${unit}`,
    range(ours),
    `${beside.kind}: ${beside.name}`,
    beside.value === undefined ? '-' : `${figure(beside.value.median)} ${unit}`,
    ratioText(ratioOf(row)),
    goal === undefined ? '' : `<= ${figure(goal)} ${unit}`,
    verdictOf(row).replace('no goal', ''),
  ];
}

function range({ min, max, runs }: Spread): string {
  return runs === 1 ? 'once' : `${figure(min)} - ${figure(max)}`;
}

function ratioText(ratio: number | undefined): string {
  if (ratio === undefined) return '';
  return ratio < 0.5 ? `1/${figure(1 / ratio)}` : `${ratio.toFixed(2)}x`;
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
