/** One rule of a `.dvcignore`, ready to match. */
interface Rule {
  readonly ignores: boolean;
  readonly pattern: RegExp;
  readonly foldersOnly: boolean;
  /** What every path ends with that it speaks of: compared first, for most files are spoken of by no rule. */
  readonly ending: string;
}

/** What DVC never looks into, whatever `.dvcignore` says; they come before its lines. */
export const alwaysIgnored = ['.hg/', '.git/', '.git', '.dvc/'];

/**
 * The `.dvcignore` rules of a repository, in gitignore's language as DVC reads it.
 *
 * Later rules win, and a folder that is ignored hides all below it. `add` takes the files from the top down.
 */
export class IgnoreRules {
  readonly #rules: Rule[] = [];

  /** Adds the lines of a `.dvcignore` in a folder (posix, '' is the root). */
  add(lines: readonly string[], folder: string): void {
    for (const line of lines) {
      const rule = ruleOf(line, folder);
      if (rule !== undefined) this.#rules.push(rule);
    }
  }

  /** Whether one path (posix, from the root) is ignored by itself; its parents are the walker's business. */
  ignores(path: string, options: { readonly folder: boolean }): boolean {
    for (let at = this.#rules.length - 1; at >= 0; at -= 1) {
      const rule = this.#rules[at];
      if (rule === undefined || (rule.foldersOnly && !options.folder) || !path.endsWith(rule.ending)) continue;
      if (rule.pattern.test(path) || (options.folder && rule.pattern.test(`${path}/`))) return rule.ignores;
    }
    return false;
  }
}

function ruleOf(line: string, folder: string): Rule | undefined {
  // Whole lines are stripped, so a trailing escaped space cannot be said: as in DVC.
  let text = line.trim();
  if (text === '' || text.startsWith('#') || text === '/') return undefined;
  const ignores = !text.startsWith('!');
  if (!ignores) text = text.slice(1);
  const inside = folder === '' ? text : rebased(text, folder);
  const source = patternSource(inside);
  if (source === undefined) return undefined;
  const foldersOnly = inside.endsWith('/');
  const last = (foldersOnly ? inside.slice(0, -1) : inside).split('/').at(-1) ?? '';
  const ending = /[*?[\\]/.test(last) ? '' : last;
  return { ignores, pattern: new RegExp(source, 's'), foldersOnly, ending };
}

// A rule of a nested file is one of the root's that starts with the folder.
function rebased(text: string, folder: string): string {
  const base = `/${folder.replace(/[*?[\]!#\\]/g, '\\$&')}`;
  if (text.startsWith('/')) return base + text;
  return text.slice(0, -1).includes('/') ? `${base}/${text}` : `${base}/**/${text}`;
}

// A rule speaks of the path itself: what lies below an ignored folder is hidden because nobody walks there, and a
// rule that lets a folder in (`!*/`) does not let in its files.
function patternSource(text: string): string | undefined {
  const parts = text.split('/');
  if (parts[0] === '') parts.shift();
  else if ((parts.length === 1 || (parts.length === 2 && parts[1] === '')) && parts[0] !== '**') parts.unshift('**');
  if (parts.length === 0) return undefined;
  const foldersOnly = parts.at(-1) === '';
  if (foldersOnly) parts.pop();
  const last = parts.length - 1;
  let source = '^';
  let slash = false;
  for (const [at, part] of parts.entries()) {
    if (part === '**') {
      if (at === 0 && at === last) source += '.+';
      else if (at === 0) source += '(?:.+/)?';
      else if (at === last) source += '/.*';
      else source += '(?:/.+)?';
      slash = at !== 0;
      continue;
    }
    if (slash) source += '/';
    source += part === '*' ? '[^/]+' : globSource(part);
    slash = true;
  }
  return `${source}${foldersOnly ? '/' : '/?'}$`;
}

function globSource(glob: string): string {
  let source = '';
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob[at] ?? '';
    if (char === '\\') {
      at += 1;
      source += escaped(glob[at] ?? '\\');
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const set = /^\[([!^]?)(\]?[^\]]*)\]/.exec(glob.slice(at));
      if (set === null) source += '\\[';
      else {
        source += `[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`;
        at += set[0].length - 1;
      }
    } else source += escaped(char);
  }
  return source;
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
