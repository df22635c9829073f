/** Puts a text in a colour; plain styles return it as it is. */
type Paint = (text: string) => string;

/**
 * Colours and signs, or plain text where a terminal cannot or a person will not have them.
 *
 * Only this file knows escape codes for colours; everything else asks a Style for a meaning.
 */
export interface Style {
  readonly colour: boolean;
  /** What is to be read first: titles, headings, what to do. */
  readonly bold: Paint;
  /** What may be skipped: labels, times, defaults. */
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  /** Neither good nor bad, but to be seen: what would run, what was stopped. */
  readonly notice: Paint;
  /** Things with a name of their own: places, flags, tasks. */
  readonly name: Paint;
  /** A text that names commands (`See them with: runner tasks`), with the words that start the runner for this reader. */
  readonly typed: Paint;
  readonly signs: Signs;
}

/** Single characters with a meaning; the ASCII ones serve terminals that cannot show the others. */
export interface Signs {
  readonly ok: string;
  readonly bad: string;
  readonly note: string;
  readonly waiting: string;
  /** Shown one after another, ten a second. */
  readonly running: readonly string[];
  readonly barFull: string;
  readonly barEmpty: string;
  readonly into: string;
  readonly becomes: string;
  readonly dot: string;
}

const unicodeSigns: Signs = {
  ok: '✓',
  bad: '✗',
  note: '•',
  waiting: '·',
  running: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  barFull: '━',
  barEmpty: '─',
  into: '›',
  becomes: '→',
  dot: '·',
};

const asciiSigns: Signs = {
  ok: 'ok',
  bad: 'x',
  note: '*',
  waiting: '.',
  running: ['|', '/', '-', '\\'],
  barFull: '#',
  barEmpty: '-',
  into: '>',
  becomes: '->',
  dot: ',',
};

interface StyleOptions {
  readonly colour: boolean;
  readonly unicode: boolean;
  /** What the reader types to start the runner. Default: `runner`. */
  readonly runner?: string;
}

/** Makes a style; `colour` false gives text without a single escape code. */
export function makeStyle(options: StyleOptions): Style {
  const { runner = 'runner' } = options;
  const paint = (open: number, close: number) => (text: string) =>
    options.colour && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    colour: options.colour,
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    notice: paint(33, 39),
    name: paint(36, 39),
    // Only where a command stands: at the start, behind a colon, in backticks. Elsewhere it is the program's name.
    typed: (text) => text.replace(/(?<=^ *|: |`)runner(?= [a-z<])/g, runner),
    signs: options.unicode ? unicodeSigns : asciiSigns,
  };
}

/** For files, tests and docs: signs as on a terminal, no colours. */
export const plainStyle: Style = makeStyle({ colour: false, unicode: true });

/** The style a stream deserves by the customs of the terminal world. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Style {
  // https://no-color.org: any non-empty value; FORCE_COLOR wins, because CI systems that show colours set it.
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  // An unset locale is common in containers whose terminal speaks UTF-8 all the same; only a stated other one counts.
  const unicode = env['TERM'] !== 'linux' && (/utf-?8/i.test(locale) || !/^(C|POSIX)$|\./i.test(locale));
  return makeStyle({ colour: forced || (stream.isTTY === true && !refused), unicode, runner: startedAs(env) });
}

// Package managers put the programs of a project on the path of what they start, and of nothing else.
const starters: { readonly [manager: string]: string } = {
  npm: 'npx runner',
  pnpm: 'pnpm exec runner',
  yarn: 'yarn runner',
  bun: 'bunx runner',
};

/** The words that started this process, which start it again: all package managers name themselves in one variable. */
function startedAs(env: { readonly [name: string]: string | undefined }): string {
  const [, manager = ''] = /^(\w+)\//.exec(env['npm_config_user_agent'] ?? '') ?? [];
  return starters[manager] ?? 'runner';
}
