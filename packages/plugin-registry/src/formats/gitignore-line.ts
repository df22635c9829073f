/** The line that makes git ignore one tracked path, as DVC writes it beside the data: `/we ird\[1\].csv`. */
export function gitignoreLine(path: string): string {
  return path.replace(/[*?[\]!#]/g, '\\$&');
}

/**
 * The line that hides one path from git whatever its name is.
 *
 * It is DVC's but for names that git would not find by that one, and whose bytes it would take in: a backslash is escaped
 * (as the newest DVC does), and so is a space at the end; for a line end stands the `?` that matches it.
 */
export function hidingLine(path: string): string {
  if (!/[\\\n\r]| $/.test(path)) return gitignoreLine(path);
  return gitignoreLine(path.replaceAll('\\', '\\\\'))
    .replace(/ +$/, (spaces) => spaces.replaceAll(' ', '\\ '))
    .replace(/[\n\r]/g, '?');
}

/**
 * Adds a line at the end, but before those of `later` that are there, and the line feed the file lacked; undefined when
 * the line is there already.
 */
export function addIgnored(text: string, line: string, later: ReadonlySet<string> = new Set()): string | undefined {
  const lines = text.split('\n').map((each) => each.replace(/\r$/, ''));
  if (lines.includes(line)) return undefined;
  const next = lines.findIndex((each) => later.has(each));
  if (next >= 0) return text.split('\n').toSpliced(next, 0, line).join('\n');
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
}

/** Takes a line out; undefined when it is not there, and '' when nothing else is left. */
export function dropIgnored(text: string, line: string): string | undefined {
  const lines = text.split('\n');
  const kept = lines.filter((each) => each.replace(/\r$/, '') !== line);
  if (kept.length === lines.length) return undefined;
  return kept.every((each) => each.trim() === '') ? '' : kept.join('\n');
}
