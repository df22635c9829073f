import type { Layout } from './layout.ts';
import { textWidth } from './width.ts';

/**
 * Returns the line of a source a problem is on and a mark under the token it starts at.
 *
 * `line` and `column` count from 1. Returns nothing when the source has no such line: it may have been edited.
 */
export function squiggle(source: string, line: number, column: number | undefined, layout: Layout): string[] {
  const text = source.split(/\r?\n/)[line - 1]?.replaceAll('\t', ' ');
  if (text === undefined || text.trim() === '') return [];
  const gutter = `${String(line).padStart(4)} | `;
  const room = Math.max(20, layout.width - gutter.length - 4);
  const at = Math.min(Math.max(0, (column ?? 1) - 1), text.length);
  // A long line is shown around the problem, never only its beginning.
  const from = at < room - 10 ? 0 : at - Math.floor(room / 2);
  const shown = text.slice(from, from + room);
  const lines = [`${layout.style.dim(gutter)}${shown.trimEnd()}`];
  if (column !== undefined) {
    const before = textWidth(text.slice(from, at));
    // YAML and JSON alike: a quoted text, a word, or one sign.
    const token = /^(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,:[\]{}]+|.)/u.exec(text.slice(at, from + room))?.[0] ?? '';
    const mark = layout.style.bad('~'.repeat(Math.max(1, textWidth(token))));
    lines.push(`${layout.style.dim(`${' '.repeat(gutter.length - 2)}| `)}${' '.repeat(before)}${mark}`);
  }
  return lines;
}
