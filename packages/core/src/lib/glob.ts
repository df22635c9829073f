import { escapeRegExp } from './escape-reg-exp.ts';

/** Tells whether a key matches. */
export type KeyMatcher = (key: string) => boolean;

/**
 * Compiles patterns for keys: `*` and `?` within a folder, `**` across folders, `{a,b}` alternatives, a
 * leading `!` to leave out. A key matches when a pattern takes it in and none leaves it out; with only `!`
 * patterns everything else matches. All other characters, `[` too, stand for themselves.
 */
export function globMatcher(patterns: string | readonly string[]): KeyMatcher {
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  const takeIn = list.filter((pattern) => !pattern.startsWith('!')).map(globToRegExp);
  const leaveOut = list.filter((pattern) => pattern.startsWith('!')).map((pattern) => globToRegExp(pattern.slice(1)));
  const takesAll = takeIn.length === 0 && leaveOut.length > 0;
  return (key) => (takesAll || takeIn.some((re) => re.test(key))) && !leaveOut.some((re) => re.test(key));
}

/** The longest folder prefix all matching keys share; `''` when there is none. Lists start there. */
export function globPrefix(pattern: string): string {
  const special = pattern.search(/[*?{!]/);
  const literal = special === -1 ? pattern : pattern.slice(0, special);
  return literal.slice(0, literal.lastIndexOf('/') + 1);
}

function globToRegExp(pattern: string): RegExp {
  let source = '';
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === '*' && pattern[i + 1] === '*') {
      const startsSegment = i === 0 || pattern[i - 1] === '/';
      // `**/` also matches no folder at all, so that `**/a.png` finds `a.png`.
      if (startsSegment && pattern[i + 2] === '/') {
        source += '(?:[^/]+/)*';
        i += 2;
      } else {
        source += '.*';
        i += 1;
      }
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '{' && pattern.indexOf('}', i) > i) {
      depth++;
      source += '(?:';
    } else if (char === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (char === ',' && depth > 0) source += '|';
    else source += escapeRegExp(char);
  }
  // An alternative left open closes at the end instead of throwing at the user.
  return new RegExp(`^${source}${')'.repeat(depth)}$`, 's');
}
