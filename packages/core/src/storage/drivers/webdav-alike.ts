import { isDeepStrictEqual } from 'node:util';

/** What stands before and behind the responses of a document. */
export interface Frame {
  readonly head: string;
  readonly close: string;
}

/** Responses of one form: the same tags, with texts of their own between them. */
interface Form<R> {
  /** Matches a whole response; its groups are the texts. */
  readonly pattern: RegExp;
  /** What the parser makes of one whose texts are marks. */
  readonly parsed: R;
}

// Files, folders, and either with something missing; a server with more is not worth the looking.
const mostForms = 8;

/**
 * Reads the responses of a multistatus, of which a listing has thousands that differ in their texts only.
 *
 * The parser is asked for the first response of each form. Others of it, whose tags are the same to the letter and
 * whose texts need no decoding, are filled into what it made of that one.
 */
export class AlikeResponses<R> {
  readonly #parse: (xml: string) => Promise<readonly R[]>;
  readonly #forms: Form<R>[] = [];
  #isOff = false;

  /** `parse` gives a response as texts, and objects and arrays of them. */
  constructor(parse: (xml: string) => Promise<readonly R[]>) {
    this.#parse = parse;
  }

  /** The responses of a document, as the parser would give them. */
  async of(xml: string, frame: Frame | undefined): Promise<readonly R[]> {
    if (frame === undefined || this.#isOff || !xml.startsWith(frame.head)) return this.#parse(xml);
    const { head, close } = frame;
    const responses: R[] = [];
    for (let at = head.length; ; ) {
      at = skipSpace(xml, at);
      if (responses.length > 0 && xml.startsWith(close, at)) return responses;
      const end = this.#match(xml, at, responses);
      if (end !== undefined) at = end;
      else if (!(await this.#learn(xml, at, frame))) return this.#parse(xml);
    }
  }

  /** Adds the response that begins here and tells where it ends; undefined when its form is not known. */
  #match(xml: string, at: number, responses: R[]): number | undefined {
    for (const form of this.#forms) {
      form.pattern.lastIndex = at;
      const texts = form.pattern.exec(xml);
      if (texts === null) continue;
      responses.push(filled(form.parsed, texts) as R);
      return form.pattern.lastIndex;
    }
    return undefined;
  }

  /** Learns the form of the response that begins here; false where it has none that can be relied on. */
  async #learn(xml: string, at: number, frame: Frame): Promise<boolean> {
    const text = this.#forms.length === mostForms ? undefined : elementAt(xml, at);
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
    return isDeepStrictEqual(filled(parsed, texts), expected) ? { pattern, parsed } : undefined;
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

/** What the parser made of a response with marks, with texts in their places. */
function filled(parsed: unknown, texts: RegExpExecArray): unknown {
  if (typeof parsed === 'string') {
    if (!parsed.startsWith(markStart) || !parsed.endsWith(markEnd)) return parsed;
    return texts[Number(parsed.slice(1, -1))]?.trim();
  }
  if (typeof parsed !== 'object' || parsed === null) return parsed;
  if (Array.isArray(parsed)) return parsed.map((member: unknown) => filled(member, texts));
  const copy: { [name: string]: unknown } = {};
  for (const name of Object.keys(parsed)) copy[name] = filled((parsed as { [name: string]: unknown })[name], texts);
  return copy;
}

/** The element that begins here, when it is a response and holds no other of its name. */
function elementAt(xml: string, at: number): string | undefined {
  const name = /<((?:[^\s<>/:]+:)?response)[\s>]/y;
  name.lastIndex = at;
  const [, tag] = name.exec(xml) ?? [];
  if (tag === undefined) return undefined;
  const close = `</${tag}>`;
  const end = xml.indexOf(close, at);
  if (end === -1 || /<!|<\?/.test(xml.slice(at, end))) return undefined;
  const text = xml.slice(at, end + close.length);
  return text.indexOf(`<${tag}`, 1) === -1 ? text : undefined;
}

function skipSpace(xml: string, at: number): number {
  let next = at;
  while (next < xml.length && xml.charCodeAt(next) <= 32) next++;
  return next;
}
