import type { Frame } from './alike-elements.ts';

// A tag, a comment or a response that is longer than this is no listing as we know it; it is no longer looked into.
const longestCharacters = 4 * 1024 * 1024;

/**
 * Cuts a multistatus, as it arrives, into small ones: the tree of a whole listing takes more than ten times its text.
 *
 * It counts open elements as the parser behind it does, which looks at no name of an end tag. Cuts are made only
 * between the elements right below the root. Where anything is odd there are no more cuts, and the rest is one piece.
 */
export class MultistatusPieces {
  readonly #leastResponses: number;
  /** What came before the first element below the root: each piece begins with it. Undefined until the root is met. */
  #head: string | undefined;
  #rootName = '';
  /** What was given to nobody yet, without the head. */
  #text = '';
  /** Of `#text`: looked at up to here, always outside of a tag. */
  #at = 0;
  #depth = 0;
  /** Responses that begin in `#text`. */
  #responses = 0;
  #hasCut = false;
  #isClosed = false;
  /** Collects the rest where no more cuts are made; joined once, for a text that grows is copied again and again. */
  #rest: string[] | undefined;

  /** `leastResponses`: a piece has these or more; the last one has what is left. */
  constructor(leastResponses: number) {
    this.#leastResponses = leastResponses;
  }

  /** What every piece begins and ends with; undefined where there are no such pieces. */
  get frame(): Frame | undefined {
    if (this.#head === undefined || this.#rest !== undefined) return undefined;
    return { head: this.#head, close: `</${this.#rootName}>` };
  }

  /** Takes the next characters of the answer; gives the pieces that are whole by now, each a document of its own. */
  *push(characters: string): Generator<string, void, undefined> {
    // What follows the root is no part of it.
    if (this.#isClosed) return;
    if (this.#rest !== undefined) {
      this.#rest.push(characters);
      return;
    }
    this.#text += characters;
    while (this.#step()) {
      if (this.#depth === 1 && this.#responses >= this.#leastResponses) yield this.#cut();
    }
    if (!this.#isClosed && this.#text.length > longestCharacters) this.#giveUp();
  }

  /**
   * The last piece: the whole answer when none was cut off before. Undefined when nothing is left to parse.
   *
   * `isShort`: the answer ends before its root does.
   */
  end(): { readonly piece: string | undefined; readonly isShort: boolean } {
    const rest = this.#rest?.join('') ?? this.#text;
    const isShort = this.#head !== undefined && this.#rest === undefined && !this.#isClosed;
    // A document without a response would be taken for one with an empty response.
    if (this.#hasCut && this.#rest === undefined && this.#responses === 0) return { piece: undefined, isShort };
    return { piece: (this.#head ?? '') + rest, isShort };
  }

  #cut(): string {
    const piece = `${this.#head}${this.#text.slice(0, this.#at)}</${this.#rootName}>`;
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
    this.#responses = 0;
    this.#hasCut = true;
    return piece;
  }

  #giveUp(): false {
    this.#rest = [this.#text];
    this.#text = '';
    return false;
  }

  /** Passes the next piece of markup; false when it is not whole yet, or when nothing more is to be looked at. */
  #step(): boolean {
    const text = this.#text;
    const start = text.indexOf('<', this.#at);
    // Four characters tell what it is; nothing that ends an element is shorter.
    if (start === -1 || start + 4 > text.length) {
      this.#at = start === -1 ? text.length : start;
      return false;
    }
    switch (text[start + 1]) {
      case '/':
        return this.#pass(start, text.indexOf('>', start), -1);
      case '?':
        return this.#pass(start, endOfTag(text, start, '?>'), 0);
      case '!':
        if (text.startsWith('<!--', start)) return this.#pass(start, endOf(text, '-->', start + 4), 0);
        if (text.startsWith('<![', start)) return this.#pass(start, endOf(text, ']]>', start), 0);
        // What a document type declares would hold for every piece.
        return this.#giveUp();
      default:
        return this.#open(start);
    }
  }

  #open(start: number): boolean {
    const text = this.#text;
    const end = endOfTag(text, start, '>');
    const isEmpty = text[end - 1] === '/';
    if (end === -1 || this.#depth > 1) return this.#pass(start, end, isEmpty ? 0 : 1);
    const [name = ''] = text.slice(start + 1, isEmpty ? end - 1 : end).split(/\s/, 1);
    const localName = name.slice(name.indexOf(':') + 1);
    if (this.#depth === 1) {
      if (localName === 'response') this.#responses++;
      return this.#pass(start, end, isEmpty ? 0 : 1);
    }
    if (localName !== 'multistatus' || isEmpty) return this.#giveUp();
    this.#head = text.slice(0, end + 1);
    this.#rootName = name;
    this.#text = text.slice(end + 1);
    this.#at = 0;
    this.#depth = 1;
    return true;
  }

  #pass(start: number, end: number, deeper: -1 | 0 | 1): boolean {
    this.#at = end === -1 ? start : end + 1;
    if (end === -1) return false;
    this.#depth += deeper;
    if (this.#depth < 0) return this.#giveUp();
    this.#isClosed = deeper === -1 && this.#depth === 0;
    return !this.#isClosed;
  }
}

/** Where a mark that ends markup ends itself; -1 when it is not there yet. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length - 1;
}

/** The same of a tag, in whose quoted values a `>` may stand. */
function endOfTag(text: string, start: number, mark: '>' | '?>'): number {
  for (let from = start + 1; ; ) {
    const end = endOf(text, mark, from);
    if (end === -1) return -1;
    const quote = firstQuote(text, from, end);
    if (quote === -1) return end;
    const closing = text.indexOf(text[quote] as string, quote + 1);
    if (closing === -1) return -1;
    from = closing + 1;
  }
}

function firstQuote(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 39) return at;
  }
  return -1;
}
