import { escapeRegExp } from './escape-reg-exp.ts';

/**
 * The mask in front of every sink (terminal, logs, state, reports): secrets go in by value, text comes out
 * without them.
 *
 * Known values are masked in the forms they travel in. Credentials of known shapes (URL userinfo, signed
 * query parameters, `Authorization`) are masked too, because drivers' errors quote URLs nobody registered.
 */
export interface Redactor {
  /**
   * Masks the value from now on; with fewer than 4 characters only where it stands as a word of its own.
   *
   * False for a single character: masking it would make any text unreadable.
   */
  add(secret: string): boolean;
  /** The text with every secret replaced by `***`; the same string when there was nothing to mask. */
  redact(text: string): string;
  /** The value with all its strings (keys too) masked; the very same object when there was nothing to mask. */
  redactJson<T>(value: T): T;
}

const mask = '***';
// Shorter values are parts of ordinary words, and their coded forms of anything.
const shortestAnywhere = 4;
const shortestSecret = 2;

/** Makes a redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let known: RegExp | undefined;

  function add(secret: string): boolean {
    if (secret.length < shortestSecret) return false;
    const before = forms.size;
    for (const form of formsOf(secret)) forms.add(form);
    // Longest first: a secret that contains another one must go as a whole.
    if (forms.size > before) {
      const longestFirst = [...forms].sort((a, b) => b.length - a.length);
      known = new RegExp(longestFirst.map(patternOf).join('|'), 'gu');
    }
    return true;
  }

  function redact(text: string): string {
    const masked = known === undefined ? text : text.replace(known, mask);
    return maskShapes(masked);
  }

  return { add, redact, redactJson: (value) => redactDeep(value, redact, 0) as typeof value };
}

function patternOf(form: string): string {
  const literal = escapeRegExp(form);
  return form.length < shortestAnywhere ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal;
}

function formsOf(secret: string): string[] {
  if (secret.length < shortestAnywhere) return [secret];
  const percent = percentEncoded(secret);
  const lowerPercent = percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [secret, percent, lowerPercent, percent.replaceAll('%20', '+'), json, ...base64Forms(secret)];
  // A private key is printed line by line as often as whole. Shorter lines would mask ordinary words.
  if (secret.includes('\n'))
    forms.push(...secret.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('-----')));
  return forms.filter((form) => form.length >= shortestAnywhere);
}

function percentEncoded(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // A lone surrogate has no URL form, so it cannot appear in one.
    return secret;
  }
}

// `user:password` in a Basic header shifts the password by any number of bytes, so besides the whole value the
// characters that do not depend on its neighbours are masked for all three alignments.
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [bytes.toString('base64'), bytes.toString('base64url')];
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const first = Math.ceil((shift * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    if (end - first < 8) continue;
    forms.push(shifted.toString('base64').slice(first, end), shifted.toString('base64url').slice(first, end));
  }
  return forms;
}

// One cheap look decides for nearly all text that no shape can match.
const maybeShape = /:\/\/|authorization|sig|credential|token|accountkey|accesskey|passw/i;

const shapes: readonly (readonly [RegExp, string])[] = [
  // A user alone opens nothing where it is part of the address: a command with it must be one that can be given again.
  // The lengths are bounded so that hostile text cannot make this quadratic.
  [
    /\b(?!(?:sftp|postgres|sqlserver):\/\/[\w.-]{1,200}@[^\s/?#"'<>@]{0,2000}(?![^\s/?#"'<>]))([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{1,2000}@/gi,
    `$1${mask}@`,
  ],
  [
    /\b((?:x-(?:amz|goog)-(?:signature|credential|security-token)|sig|signature|access_token)=)[^&\s"'<>;]+/gi,
    `$1${mask}`,
  ],
  [/\b((?:AccountKey|SharedAccessKey|SharedAccessSignature)=)[^;\s"'<>]+/gi, `$1${mask}`],
  [/\b(x-(?:amz|goog)-security-token\\?["']?\s*:\s*\\?["']?)[^\r\n"'\\]+/gi, `$1${mask}`],
  [/\b((?:proxy-)?authorization\\?["']?\s*[:=]\s*\\?["']?)[^\r\n"'\\]+/gi, `$1${mask}`],
  [/\b(passw(?:or)?d=)[^&\s"'<>;]+/gi, `$1${mask}`],
  [/(\\?"passw(?:or)?d\\?"\s*:\s*\\?")[^"\\]+/gi, `$1${mask}`],
];

function maskShapes(text: string): string {
  if (!maybeShape.test(text)) return text;
  let masked = text;
  for (const [shape, replacement] of shapes) masked = masked.replace(shape, replacement);
  return masked;
}

const secretKey = /^(?:(?:proxy-)?authorization|passw(?:or)?d|x-(?:amz|goog)-security-token|accountKey)$/i;
const maxDepth = 100;

function redactDeep(value: unknown, redact: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  // What nobody can look through is not shown at all: deeper is a cycle or hostile.
  if (depth > maxDepth) return mask;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (const [i, before] of value.entries()) {
      const after = redactDeep(before, redact, depth + 1);
      if (after !== before) (copy ??= value.slice())[i] = after;
    }
    return copy ?? value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, before]): [string, unknown] => {
    const shownKey = redact(key);
    const after = secretKey.test(key) && typeof before === 'string' ? mask : redactDeep(before, redact, depth + 1);
    if (after !== before || shownKey !== key) changed = true;
    return [shownKey, after];
  });
  // fromEntries defines members, so a key named __proto__ stays a member.
  return changed ? Object.fromEntries(entries) : value;
}
