// Control characters, and what turns the direction of text or breaks lines: all of these move a terminal's cursor.
const unprintable = /[\p{Cc}\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A key of a place, or any other name, on one line for people: characters that a terminal would obey are escaped, as in
 * `a\x1b[31m` or `a\n`.
 */
export function shownKey(key: string): string {
  return key.replace(unprintable, escaped);
}

/** A text of somebody else for people: as `shownKey`, but lines stay lines and tabs stay tabs. */
export function shownText(text: string): string {
  return text.replace(unprintable, (char, at: number) => {
    if (char === '\n' || char === '\t') return char;
    return char === '\r' && text[at + 1] === '\n' ? '' : escaped(char);
  });
}

function escaped(char: string): string {
  const code = char.charCodeAt(0);
  return code > 255 ? `\\u${code.toString(16)}` : (short[char] ?? `\\x${code.toString(16).padStart(2, '0')}`);
}

const short: { readonly [char: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
