/** What a file's first bytes say it is. */
export interface Sniffed {
  readonly type: SniffedType;
  readonly mime: string;
  /** Without a dot. */
  readonly extension: string;
}

/** Extensions are the usual ones of files, without a dot. */
const kinds = {
  png: { mime: 'image/png', extension: 'png' },
  jpeg: { mime: 'image/jpeg', extension: 'jpg' },
  gif: { mime: 'image/gif', extension: 'gif' },
  tiff: { mime: 'image/tiff', extension: 'tif' },
  webp: { mime: 'image/webp', extension: 'webp' },
  bmp: { mime: 'image/bmp', extension: 'bmp' },
  svg: { mime: 'image/svg+xml', extension: 'svg' },
  dicom: { mime: 'application/dicom', extension: 'dcm' },
  zip: { mime: 'application/zip', extension: 'zip' },
  tar: { mime: 'application/x-tar', extension: 'tar' },
  gzip: { mime: 'application/gzip', extension: 'gz' },
  '7z': { mime: 'application/x-7z-compressed', extension: '7z' },
  rar: { mime: 'application/vnd.rar', extension: 'rar' },
  bzip2: { mime: 'application/x-bzip2', extension: 'bz2' },
  xz: { mime: 'application/x-xz', extension: 'xz' },
  zstd: { mime: 'application/zstd', extension: 'zst' },
  html: { mime: 'text/html', extension: 'html' },
  xml: { mime: 'application/xml', extension: 'xml' },
  json: { mime: 'application/json', extension: 'json' },
  pdf: { mime: 'application/pdf', extension: 'pdf' },
} as const;

export type SniffedType = keyof typeof kinds;

/** Bytes that are enough for every kind; a title of an HTML page may lie a little further. */
export const sniffBytes = 4096;

/** Fixed marks at fixed places, as hex with `..` for any byte. The order matters only for equal prefixes. */
const marks: readonly (readonly [type: SniffedType, offset: number, hex: string])[] = [
  ['png', 0, '89504e470d0a1a0a'],
  ['jpeg', 0, 'ffd8ff'],
  ['gif', 0, '47494638'],
  ['tiff', 0, '49492a00'],
  ['tiff', 0, '4d4d002a'],
  ['tiff', 0, '49492b00'], // BigTIFF
  ['tiff', 0, '4d4d002b'],
  ['webp', 0, '52494646........57454250'],
  ['zip', 0, '504b0304'],
  ['zip', 0, '504b0506'], // a zip without entries
  ['gzip', 0, '1f8b08'],
  ['7z', 0, '377abcaf271c'],
  ['rar', 0, '526172211a07'],
  ['bzip2', 0, '425a68..314159265359'],
  ['xz', 0, 'fd377a585a00'],
  ['zstd', 0, '28b52ffd'],
  ['pdf', 0, '255044462d'],
  ['dicom', 128, '4449434d'],
  ['tar', 257, '7573746172'],
];

/** -1 stands for any byte. */
const compiledMarks = marks.map(([type, offset, hex]) => ({
  type,
  offset,
  bytes: (hex.match(/../g) ?? []).map((pair) => (pair === '..' ? -1 : Number.parseInt(pair, 16))),
}));

/**
 * Tells what a file is from its first bytes, never from its name; undefined when no known kind fits.
 *
 * 512 bytes decide every binary kind; give {@link sniffBytes} where text kinds matter. CSV has no mark and
 * is never reported.
 */
export function sniff(bytes: Uint8Array): Sniffed | undefined {
  const type = sniffType(bytes);
  return type === undefined ? undefined : { type, ...kinds[type] };
}

/** Marks first, since they are certain; text kinds last, since they are guesses. */
function sniffType(bytes: Uint8Array): SniffedType | undefined {
  for (const mark of compiledMarks) {
    if (mark.bytes.every((byte, at) => byte === -1 || bytes[mark.offset + at] === byte)) return mark.type;
  }
  if (isBitmap(bytes)) return 'bmp';
  if (hasTarChecksum(bytes)) return 'tar';
  return sniffText(bytes);
}

/** `BM` alone begins many texts: the reserved words must be zero and the header size a known one. */
function isBitmap(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(6, true) === 0 && [12, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true));
}

/** Tars older than POSIX have no mark, but their first header carries a checksum of itself. */
function hasTarChecksum(bytes: Uint8Array): boolean {
  if (bytes.length < 512 || bytes[0] === 0) return false;
  const written = Number.parseInt(Buffer.from(bytes.subarray(148, 156)).toString('latin1').trim(), 8);
  let sum = 8 * 32; // the checksum's own eight bytes count as spaces
  for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += bytes[at] ?? 0;
  return sum === written;
}

/** Looks for how a document begins, not for whether it is valid. */
function sniffText(bytes: Uint8Array): SniffedType | undefined {
  const text = firstText(bytes);
  if (/^<!doctype html|^<(html|head|body|title|script|meta)[\s>]/i.test(text)) return 'html';
  if (/^<\?xml|^<!--|^<[A-Za-z_][\w:.-]*[\s/>]/.test(text)) {
    const root = /<(?![?!])([\w:.-]+)/.exec(text.replaceAll(/<!--[^]*?-->/g, ''))?.[1];
    if (root === 'svg') return 'svg';
    return root !== undefined && /^html$/i.test(root) ? 'html' : 'xml';
  }
  if (/^[[{]\s*(["{[\]}\d-]|true|false|null|$)/.test(text)) return 'json';
  return undefined;
}

/** The beginning as text, without byte order mark and leading white space; empty for anything binary. */
function firstText(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, sniffBytes));
  const utf16 = head.length >= 2 && head[0] === 0xff && head[1] === 0xfe;
  const text = head.toString(utf16 ? 'utf16le' : 'utf8');
  return text.includes('\0') ? '' : text.replace(/^\uFEFF/, '').trimStart();
}

/** All others are images and called by their type. */
const nouns: Partial<Record<SniffedType, string>> = {
  html: 'an HTML page',
  xml: 'an XML file',
  svg: 'an SVG image',
  '7z': 'a 7z archive',
  zip: 'a zip archive',
  tar: 'a tar archive',
  rar: 'a RAR archive',
  gzip: 'a gzip file',
  bzip2: 'a bzip2 file',
  xz: 'an xz file',
  zstd: 'a zstd file',
  pdf: 'a PDF',
  json: 'a JSON text',
};

/**
 * Says in words what bytes are, for a message about something that came instead of what was wanted.
 *
 * `an HTML page titled "Sign in"`, `a JSON text: {"error":"quota"}`, `nothing at all`, or the first bytes.
 * Control characters never reach the result.
 */
export function describeBytes(bytes: Uint8Array, contentType?: string): string {
  if (bytes.length === 0) return 'nothing at all (0 bytes)';
  const type = sniffType(bytes);
  const said = contentType === undefined || contentType === '' ? '' : `, sent as ${excerpt(contentType)}`;
  if (type === 'html') {
    const title = /<title[^>]*>([^<]*)/i.exec(firstText(bytes))?.[1]?.trim();
    return `an HTML page${title === undefined || title === '' ? '' : ` titled "${excerpt(title)}"`}${said}`;
  }
  if (type === 'json') return `a JSON text: ${excerpt(firstText(bytes))}${said}`;
  if (type !== undefined) return (nouns[type] ?? `a ${type.toUpperCase()} image`) + said;
  const text = firstText(bytes);
  const printable = text !== '' && !text.slice(0, 80).includes('\uFFFD');
  if (printable) return `a text: ${excerpt(text)}${said}`;
  const hex = Buffer.from(bytes.subarray(0, 8))
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ');
  return `something unknown that begins with the bytes ${hex}${said}`;
}

/** At most 80 characters of one line, safe for a terminal. */
function excerpt(text: string): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
