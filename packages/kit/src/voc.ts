import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { vocFailures } from './voc-failures.ts';

/** Corners in pixels as the file says them: in PASCAL's own files the first pixel is 1, other tools begin at 0. */
export interface VocBox {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  /** 1-based line of the file on which the box begins. */
  readonly line: number;
}

export interface VocObject {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  readonly truncated: boolean;
  readonly difficult: boolean;
  /** By element name: `bndbox`, or Tsinghua's `headbndbox` and `bodybndbox`. At least one. */
  readonly boxes: { readonly [kind: string]: VocBox };
}

export interface VocAnnotation {
  /** `<folder>`, '' when it is missing. */
  readonly folder: string;
  /** `<filename>`, with or without an extension, as the file says it; '' when it is missing. */
  readonly fileName: string;
  /** Pixels; undefined when the file has no `<size>` or says 0, as some tools do. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly objects: readonly VocObject[];
}

/** A parsed element: its children by name, and where it begins. */
interface Element {
  readonly [name: string]: unknown;
}

const place = XMLParser.getMetaDataSymbol() as unknown as string;

/**
 * Reads one PASCAL VOC annotation; the file needs no extension, and may have a byte order mark and Windows line ends.
 *
 * An annotation without objects is valid. Throws `voc.invalid` with the line for broken XML, another document, an object
 * without name or box, and corners that are no numbers. Whether corners make sense is for the caller to judge.
 */
export function readVoc(input: string | Uint8Array, { file }: { readonly file: string }): VocAnnotation {
  const text = (typeof input === 'string' ? input : Buffer.from(input).toString('utf8')).replace(/^\uFEFF/, '');
  const fault = (line: number, why: string): Error => vocFailures.invalid({ file, line, why });
  // The parser reads whatever it can make out; only the validator says no.
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw fault(verdict.err.line, verdict.err.msg);
  const parser = new XMLParser({
    captureMetaData: true,
    parseTagValue: false,
    // Without it `&#233;` stays as it is, which is how Python writes an accent by default.
    htmlEntities: true,
    isArray: (name: string) => name === 'object',
  });
  const document = parser.parse(text) as Element;
  if (!('annotation' in document)) throw fault(1, 'the document is no <annotation>');
  const root = asElement(document['annotation']) ?? {};
  const reader = new Reader(text, fault);
  const objects = (root['object'] as readonly unknown[] | undefined) ?? [];
  return {
    folder: textOf(root['folder']),
    fileName: textOf(root['filename']),
    ...reader.size(asElement(root['size'])),
    objects: objects.map((object) => reader.object(asElement(object))),
  };
}

/** The box around the whole of an object: `bndbox`, else `bodybndbox`; a head alone is not the object. */
export function wholeBox({ boxes }: VocObject): VocBox | undefined {
  return boxes['bndbox'] ?? boxes['bodybndbox'];
}

/** Reads elements of one text, so that what is wrong can be named by its line. */
class Reader {
  readonly #text: string;
  readonly #fault: (line: number, why: string) => Error;

  constructor(text: string, fault: (line: number, why: string) => Error) {
    this.#text = text;
    this.#fault = fault;
  }

  size(element: Element | undefined): Pick<VocAnnotation, 'size'> {
    if (element === undefined) return {};
    const [width, height] = [this.#number(element, 'width'), this.#number(element, 'height')];
    return width > 0 && height > 0 ? { size: { width, height } } : {};
  }

  object(element: Element | undefined): VocObject {
    // An empty one has no place of its own.
    const empty = /<object\s*(\/>|>\s*<\/object)/;
    if (element === undefined) throw this.#fault(this.#lineAt(this.#text.search(empty)), 'an object is empty');
    const line = this.#lineOf(element);
    const name = textOf(element['name']);
    if (name === '') throw this.#fault(line, 'an object has no <name>');
    const boxes: Record<string, VocBox> = {};
    for (const [kind, value] of Object.entries(element)) {
      if (!kind.endsWith('bndbox')) continue;
      const box = asElement(value);
      if (box === undefined || Array.isArray(value)) throw this.#fault(line, `'${name}' needs one whole <${kind}>`);
      boxes[kind] = {
        xMin: this.#number(box, 'xmin'),
        yMin: this.#number(box, 'ymin'),
        xMax: this.#number(box, 'xmax'),
        yMax: this.#number(box, 'ymax'),
        line: this.#lineOf(box),
      };
    }
    if (Object.keys(boxes).length === 0) throw this.#fault(line, `'${name}' has no <bndbox>`);
    return {
      name,
      line,
      truncated: textOf(element['truncated']) === '1',
      difficult: textOf(element['difficult']) === '1',
      boxes,
    };
  }

  #number(element: Element, name: string): number {
    const text = textOf(element[name]);
    const start = startOf(element);
    const found = this.#text.indexOf(`<${name}`, start);
    if (element[name] === undefined) throw this.#fault(this.#lineAt(start), `<${name}> is missing`);
    if (text === '' || !Number.isFinite(Number(text))) {
      throw this.#fault(this.#lineAt(found), `<${name}> is '${text}', which is no number`);
    }
    return Number(text);
  }

  #lineOf(element: Element): number {
    return this.#lineAt(startOf(element));
  }

  #lineAt(index: number): number {
    let line = 1;
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < index; at = this.#text.indexOf('\n', at + 1)) line++;
    return line;
  }
}

function startOf(element: Element): number {
  return (element[place] as { readonly startIndex: number }).startIndex;
}

function asElement(value: unknown): Element | undefined {
  return typeof value === 'object' && value !== null ? (value as Element) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
