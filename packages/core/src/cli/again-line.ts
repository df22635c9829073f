import type { FlagSpec } from '../config/flags.ts';

// `--force` would make again what is done; the others say how to show a run, and the next one is for a person.
const dropped = new Set(['force', 'json', 'quiet']);

/** Returns the command line that goes on with a run: the one given, quoted for a shell, without what holds only once. */
export function againLine(argv: readonly string[], flags: readonly FlagSpec[]): string {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      kept.push(...argv.slice(i));
      break;
    }
    const { left, takesNext } = readWord(word, flags);
    if (left !== undefined) kept.push(left);
    // A value may look like a flag: `--note --force`.
    if (takesNext && i + 1 < argv.length) kept.push(argv[++i] as string);
  }
  return ['runner', ...kept].map(quoted).join(' ');
}

interface ReadWord {
  /** What is kept of the word; undefined for nothing. */
  readonly left: string | undefined;
  /** The next word is its value. */
  readonly takesNext: boolean;
}

function readWord(word: string, flags: readonly FlagSpec[]): ReadWord {
  if (word.startsWith('--')) {
    const [name = ''] = word.slice(2).split('=', 1);
    if (dropped.has(name.replace(/^no-/, ''))) return { left: undefined, takesNext: false };
    const flag = flags.find((one) => one.name === name || one.param === name);
    return { left: word, takesNext: takesValue(flag) && !word.includes('=') };
  }
  if (!/^-[^-]/.test(word)) return { left: word, takesNext: false };
  return readLetters(word.slice(1), flags);
}

// `-qn` is `-q -n`; in `-qj4` the rest after j is its value.
function readLetters(letters: string, flags: readonly FlagSpec[]): ReadWord {
  let left = '-';
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] as string;
    const flag = flags.find((one) => one.short === letter);
    if (takesValue(flag)) return { left: left + letters.slice(i), takesNext: i + 1 === letters.length };
    if (flag === undefined || !dropped.has(flag.name)) left += letter;
  }
  return { left: left === '-' ? undefined : left, takesNext: false };
}

function takesValue(flag: FlagSpec | undefined): boolean {
  return flag !== undefined && (flag.type !== 'boolean' || flag.multiple);
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Neither shell of Windows knows both kinds of quotes; this one works in both.
  if (process.platform === 'win32') return `"${word.replaceAll('"', '\\"')}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
