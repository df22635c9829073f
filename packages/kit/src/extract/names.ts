import { crc32 } from 'node:zlib';

/** The upper half of code page 437: what old zip tools wrote when they did not say otherwise. */
const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** A byte order mark in a name is a character like any other. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a name: UTF-8 when it is marked so, else the encoding asked for, else UTF-8 where valid, else cp437.
 *
 * cp437 gives every byte a character of its own, so no two names fall together and the bytes can be had back.
 * Undefined: the bytes are not valid in the encoding they must have.
 */
export function decodeName(
  bytes: Uint8Array,
  how: { readonly utf8: boolean; readonly encoding: string | undefined },
): string | undefined {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (how.utf8) return decoded(strictUtf8, bytes);
  if (how.encoding === 'cp437') return fromCp437(bytes);
  if (how.encoding !== undefined) return decoded(new TextDecoder(how.encoding, { fatal: true }), bytes);
  return decoded(strictUtf8, bytes) ?? fromCp437(bytes);
}

/** The name in a Unicode path extra field (0x7075), when it belongs to these name bytes. */
export function unicodePath(field: Uint8Array, nameBytes: Uint8Array): Uint8Array | undefined {
  if (field.length < 6 || field[0] !== 1) return undefined;
  const view = new DataView(field.buffer, field.byteOffset, field.byteLength);
  // Another checksum means that a tool renamed the entry and left the field: the plain name is the newer one.
  return view.getUint32(1, true) === crc32(nameBytes) ? field.subarray(5) : undefined;
}

/** Undefined where the decoder finds bytes that its encoding does not have. */
function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** One character per byte. */
function fromCp437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : cp437[byte - 0x80])).join('');
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}

/** A name with everything escaped that could move a cursor, hide or reorder text: fit for a message or a log. */
export function shown(name: string): string {
  return name.replaceAll(/[\p{C}\p{Zl}\p{Zp}\\]/gu, (character) =>
    character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Why a name must not become a path, or undefined. It looks at the name alone, not at the platform. */
export function unsafeName(name: string): string | undefined {
  if (name === '') return 'has an empty name';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'has control characters in its name';
  if (name.includes('\\')) return 'has a backslash in its name';
  if (name.startsWith('/')) return 'has an absolute path';
  // `a:b.txt` without a slash is an ordinary name outside Windows, where reservedName refuses it.
  if (/^[A-Za-z]:(\/|$)/.test(name)) return 'begins with a drive letter';
  if (name.includes('..') && name.split('/').includes('..')) return 'leads out of its folder with ..';
  return undefined;
}

/** Drops the parts that mean nothing (`./a`, `a//b`); the result of `./` is empty. */
export function plainName(name: string): string {
  if (!name.startsWith('./') && !name.includes('//') && !name.includes('/./') && !name.endsWith('/.') && name !== '.')
    return name;
  const folder = name.endsWith('/') || name.endsWith('/.');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/') + (folder && parts.length > 0 ? '/' : '');
}

/** Why Windows could not hold a name, or undefined. */
export function reservedName(key: string): string | undefined {
  if (!reservedHint.test(key)) return undefined;
  for (const part of key.split('/')) {
    if (/^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i.test(part))
      return 'is a device name on Windows';
    if (/[. ]$/.test(part)) return 'ends with a dot or a space, which Windows drops';
    if (/[<>:"|?*]/.test(part)) return 'has a character that Windows does not allow';
  }
  return undefined;
}
/** Cheap and generous: most names of a data set end here. */
const reservedHint = /[<>:"|?*]|[. ](\/|$)|(^|\/)(con|prn|aux|nul|com|lpt)/i;

/** Two names of one folded form are one file on some file system: Unicode form and letter case are dropped. */
export function folded(key: string): string {
  return key.normalize('NFC').toLowerCase().normalize('NFC');
}

/** What systems leave in archives and nobody means to publish. */
export function isJunk(key: string): boolean {
  if (!junkHint.test(key)) return false;
  const parts = key.split('/');
  const last = parts.at(-1) ?? '';
  return parts.some((part) => junkFolders.has(part)) || junkFiles.has(last.toLowerCase()) || last.startsWith('._');
}
/** Cheap and generous, as above. */
const junkHint = /(^|\/)(__MACOSX|\.|thumbs\.db|ehthumbs|desktop\.ini)/i;
const junkFolders = new Set([
  '__MACOSX',
  '.AppleDouble',
  '.Spotlight-V100',
  '.Trashes',
  '.fseventsd',
  '.TemporaryItems',
]);
const junkFiles = new Set(['.ds_store', 'thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini', '.localized']);
