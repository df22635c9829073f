import { isDeepStrictEqual } from 'node:util';

/** What stands before and behind the elements of a document. */
export interface Frame {
  readonly head: string;
  readonly close: string;
}

/** Elements of one form: the same tags, with texts of their own between them. */
interface Form<R> {
  /** Matches a whole element; its groups are the texts. */
  readonly pattern: RegExp;
  /** What the parser makes of one whose texts are marks. */
  readonly parsed: R;
}

// Files, folders, and either with something missing; a server with more is not worth the looking.
const mostForms = 8;

export interface AlikeOptions {
  /** Of the elements, without a namespace's prefix. */
  readonly name: string;
  /** The parser takes the space around texts away. */
  readonly trims: boolean;
}

/**
 * Reads the elements of a listing, which has thousands that differ in their texts only.
 *
 * The parser is asked for the first element of each form. Others of it, whose tags are the same to the letter and
 * whose texts need no decoding, are filled into what it made of that one.
 */
export class AlikeElements<R> {
  readonly #options: AlikeOptions;
  readonly #parse: (xml: string) => Promise<readonly R[]>;
  readonly #forms: Form<R>[] = [];
  #isOff = false;

  /** `parse` gives an element as texts, and objects and arrays of them. */
  constructor(options: AlikeOptions, parse: (xml: string) => Promise<readonly R[]>) {
    this.#options = options;
    this.#parse = parse;
  }

  /** The elements of a document, as the parser would give them. */
  async of(xml: string, frame: Frame | undefined): Promise<readonly R[]> {
    if (frame === undefined || this.#isOff || !xml.startsWith(frame.head)) return this.#parse(xml);
    const { head, close } = frame;
    const found: R[] = [];
    for (let at = head.length; ; ) {
      at = skipSpace(xml, at);
      if (found.length > 0 && xml.startsWith(close, at)) return found;
      const end = this.#match(xml, at, found);
      if (end !== undefined) at = end;
      else if (!(await this.#learn(xml, at, frame))) return this.#parse(xml);
    }
  }

  /** Adds the element that begins here and tells where it ends; undefined when its form is not known. */
  #match(xml: string, at: number, found: R[]): number | undefined {
    for (const form of this.#forms) {
      form.pattern.lastIndex = at;
      const texts = form.pattern.exec(xml);
      if (texts === null) continue;
      found.push(this.#filled(form.parsed, texts) as R);
      return form.pattern.lastIndex;
    }
    return undefined;
  }

  /** Learns the form of the element that begins here; false where it has none that can be relied on. */
  async #learn(xml: string, at: number, frame: Frame): Promise<boolean> {
    const text = this.#forms.length === mostForms ? undefined : elementAt(xml, at, this.#options.name);
    // Where the parser refuses it, what it says of the whole is what counts.
    const form = text === undefined ? undefined : await this.#formOf(text, frame).catch(() => undefined);
    if (form === undefined) this.#isOff = true;
    else this.#forms.push(form);
    return form !== undefined;
  }

  async #formOf(text: string, { head, close }: Frame): Promise<Form<R> | undefined> {
    const { pattern, marked } = marksOf(text);
    const [parsed, ...more] = await this.#parse(head + marked + close);
    const [expected] = await this.#parse(head + text + close);
    const texts = pattern.exec(text);
    if (parsed === undefined || more.length > 0 || texts === null) return undefined;
    pattern.lastIndex = 0;
    // Where a text is not found again as it stands there, the parser does more with it than we know.
    return isDeepStrictEqual(this.#filled(parsed, texts), expected) ? { pattern, parsed } : undefined;
  }

  /** What the parser made of an element with marks, with texts in their places. */
  #filled(parsed: unknown, texts: RegExpExecArray): unknown {
    if (typeof parsed === 'string') {
      if (!parsed.startsWith(markStart) || !parsed.endsWith(markEnd)) return parsed;
      const text = texts[Number(parsed.slice(1, -1))];
      return this.#options.trims ? text?.trim() : text;
    }
    if (typeof parsed !== 'object' || parsed === null) return parsed;
    if (Array.isArray(parsed)) return parsed.map((member: unknown) => this.#filled(member, texts));
    const copy: { [name: string]: unknown } = {};
    for (const name of Object.keys(parsed))
      copy[name] = this.#filled((parsed as { [name: string]: unknown })[name], texts);
    return copy;
  }
}

const [markStart, markEnd] = ['\uE000', '\uE001'];

function marksOf(text: string): { readonly pattern: RegExp; readonly marked: string } {
  let source = '';
  let marked = '';
  let count = 0;
  for (const token of text.split(/(<[^>]*>)/)) {
    if (token.startsWith('<') || token.trim() === '') {
      source += token.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
      marked += token;
    } else {
      count++;
      // Without what would be decoded, or made one line end of two.
      source += '([^<&\\r]*)';
      marked += `${markStart}${count}${markEnd}`;
    }
  }
  return { pattern: new RegExp(source, 'y'), marked };
}

/** The element that begins here, when it has this name and holds no other of its own tag. */
function elementAt(xml: string, at: number, name: string): string | undefined {
  const opening = new RegExp(`<((?:[^\\s<>/:]+:)?${name})[\\s>]`, 'y');
  opening.lastIndex = at;
  const [, tag] = opening.exec(xml) ?? [];
  if (tag === undefined) return undefined;
  const close = `</${tag}>`;
  const end = xml.indexOf(close, at);
  if (end === -1 || /<!|<\?/.test(xml.slice(at, end))) return undefined;
  const text = xml.slice(at, end + close.length);
  for (let inner = text.indexOf(`<${tag}`, 1); inner !== -1; inner = text.indexOf(`<${tag}`, inner + 1)) {
    // What only begins like it, as BlobType does like Blob, is another one.
    if (/[\s/>]/.test(text.charAt(inner + 1 + tag.length))) return undefined;
  }
  return text;
}

function skipSpace(xml: string, at: number): number {
  let next = at;
  while (next < xml.length && xml.charCodeAt(next) <= 32) next++;
  return next;
}
