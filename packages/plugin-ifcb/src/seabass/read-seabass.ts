/** A line of a file, without its line end. */
export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
}

/** One `/key=value`; keys are lower-case, values without the blanks around them. */
export interface HeaderLine extends Line {
  readonly key: string;
  readonly value: string | undefined;
}

/** A SeaBASS file taken apart, as far as it can be: what is wrong with it is for the rules to say. */
export interface SeabassFile {
  /** Its name without folders. */
  readonly name: string;
  /** All lines of the header, `/end_header` included. */
  readonly head: readonly Line[];
  readonly headers: readonly HeaderLine[];
  readonly data: readonly Line[];
  readonly hasMark: boolean;
  readonly hasCarriageReturns: boolean;
}

/** Takes a file apart. Without `/end_header` the header ends at the first line that begins with neither `/` nor `!`. */
export function readSeabass(bytes: Uint8Array, { name }: { readonly name: string }): SeabassFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const hasMark = text.startsWith('\uFEFF');
  const rows = text.replace(/^\uFEFF/, '').split('\n');
  // The last line ends with a line feed, too; behind it is no line.
  if (rows.at(-1) === '') rows.pop();
  const lines = rows.map((row, at) => ({ number: at + 1, text: row.replace(/\r$/, '') }));
  const end = lines.findIndex((line) => /^\s*\/end_header@?\s*$/i.test(line.text));
  const other = lines.findIndex((line) => !/^\s*([/!]|$)/.test(line.text));
  const count = end >= 0 ? end + 1 : other >= 0 ? other : lines.length;
  const head = lines.slice(0, count);
  const headers = head.flatMap((line) => {
    const [, key, value] = /^\s*\/([^=\s]+)\s*(?:=(.*))?$/.exec(line.text) ?? [];
    return key === undefined ? [] : [{ ...line, key: key.toLowerCase(), value: value?.trim() }];
  });
  return { name, head, headers, data: lines.slice(count), hasMark, hasCarriageReturns: text.includes('\r') };
}

/** The value of a header, undefined when it is not there or empty. */
export function valueOf({ headers }: Pick<SeabassFile, 'headers'>, key: string): string | undefined {
  const value = headers.find((header) => header.key === key)?.value;
  return value === '' ? undefined : value;
}
