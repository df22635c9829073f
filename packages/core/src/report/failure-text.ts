import type { Failure, Problem } from '../model/failure.ts';
import { squiggle } from './squiggle.ts';
import type { Style } from './style.ts';
import { textWidth, wrap } from './width.ts';
import { wordFailure, type Wording } from './wording.ts';

/** How failures are laid out. */
export interface FailureLayout {
  readonly style: Style;
  /** Cells; text is wrapped, never cut. */
  readonly width: number;
  /** The text of a config file, for the line under which a problem is marked; undefined when it cannot be read. */
  readonly readSource?: (file: string) => string | undefined;
}

/** Returns a whole failure as lines: the sentence and its code, facts, where it happened, what to do. */
export function failureLines(failure: Failure, layout: FailureLayout): string[] {
  return layOut(wordFailure(failure), layout, layout.style.bad(layout.style.signs.bad), '');
}

// `src/` or `dist/` of this package.
const ownFolder = new URL('..', import.meta.url).href;

// Labels are one word of at most eight letters, so that the texts behind them stand in one column.
const labelWidth = 9;

/** Facts come before the place, the place before the cause; what to do is last, where the eye stops. */
function layOut(wording: Wording, layout: FailureLayout, sign: string, indent: string): string[] {
  const { style } = layout;
  const inner = `${indent}  `;
  const lines = titleLines(wording, layout, sign, indent);
  const row = (label: string, text: string, paint = (part: string): string => part): void => {
    const hang = inner + ' '.repeat(labelWidth);
    wrap(text, layout.width - textWidth(hang)).forEach((part, i) => {
      lines.push((i === 0 ? inner + style.dim(label.padEnd(labelWidth)) : hang) + paint(part));
    });
  };
  for (const problem of wording.problems) lines.push(...problemLines(problem, layout, inner));
  for (const [label, text] of wording.facts) row(label, text);
  if (wording.where !== undefined) row('at', wording.where);
  if (wording.position !== undefined) row('in', wording.position);
  if (wording.cause !== undefined)
    lines.push(...layOut(wording.cause, layout, style.dim('because'.padEnd(labelWidth - 1)), inner));
  if (wording.hint !== undefined) row('try', style.typed(wording.hint), style.bold);
  // Frames are not wrapped: editors and terminals make links of them.
  for (const frame of stackFrames(wording)) lines.push(inner + style.dim(`${'stack'.padEnd(labelWidth)}${frame}`));
  return lines;
}

/** The sentence in bold and its code in brackets, the first line behind the sign. */
function titleLines(wording: Wording, layout: FailureLayout, sign: string, indent: string): string[] {
  const first = `${indent}${sign} `;
  const hang = ' '.repeat(textWidth(first));
  const parts = wrap(`${wording.title}  [${wording.code}]`, layout.width - hang.length);
  // The code is for searching, the sentence for reading: only the sentence stands out.
  const tag = `[${wording.code}]`;
  return parts.map((part, i) => {
    const painted = part.endsWith(tag)
      ? layout.style.bold(part.slice(0, -tag.length)) + layout.style.dim(tag)
      : layout.style.bold(part);
    return (i === 0 ? first : hang) + painted;
  });
}

/** A problem of a file: its position, what is wrong, and the line itself with a mark under the token. */
function problemLines(problem: Problem, layout: FailureLayout, indent: string): string[] {
  const { style } = layout;
  const position =
    problem.file === undefined
      ? undefined
      : [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  // Without a source to show, a short problem is one line: `train/0001.png  is missing`.
  const short = `${style.name(problem.path)}  ${problem.message}`;
  if (problem.file === undefined && problem.path !== '' && textWidth(short) + indent.length <= layout.width)
    return [indent + short];
  const subject = [position, problem.path].filter((part) => part !== undefined && part !== '').join('  ');
  const lines = subject === '' ? [] : [indent + style.name(subject)];
  const hang = subject === '' ? indent : `${indent}  `;
  lines.push(...wrap(problem.message, layout.width - hang.length).map((line) => hang + line));
  if (problem.file === undefined || problem.line === undefined) return lines;
  const source = layout.readSource?.(problem.file);
  if (source !== undefined)
    lines.push(...squiggle(source, problem.line, problem.column, layout).map((line) => hang + line));
  return lines;
}

// Frames inside Node tell authors nothing; five of their own are enough to find the line.
function stackFrames({ stack, code }: Wording): string[] {
  if (stack === undefined) return [];
  return (
    stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line) && !line.includes('node:'))
      // Our own frames matter where the fault is ours.
      .filter((line) => code === 'bug' || !line.includes(ownFolder))
      .slice(0, 5)
      .map((line) => line.trim().slice('at '.length))
  );
}
