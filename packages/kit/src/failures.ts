import { defineFailures } from '@dataset-runner/core/plugin';

/** The archive as the caller named it; entry names in every detail are already escaped for a terminal. */
interface InArchive {
  readonly archive: string;
}
interface AtEntry extends InArchive {
  readonly entry: string;
}
interface FromUrl {
  readonly url: string;
}

/** Everything that reading, writing and fetching archives and files can refuse. */
export const kitFailures = defineFailures('kit', {
  'archive-unknown': {
    about: 'The file is no archive that can be read; the message says what it is instead.',
    message: (of: InArchive & { readonly found: string }) => `${of.archive} is no zip or tar archive but ${of.found}`,
    hint: () => 'Look at what the address really answered; a page that asks to sign in is a common guest.',
  },
  'archive-damaged': {
    about: 'The structure of an archive contradicts itself or ends too early; nothing of it was handed out.',
    message: (of: InArchive & { readonly why: string }) => `${of.archive} is damaged: ${of.why}`,
    hint: () => 'Fetch the archive again and compare its checksum with the publisher’s.',
  },
  'archive-unsupported': {
    about: 'An archive uses a feature that is deliberately not read, such as encryption or several volumes.',
    message: (of: InArchive & { readonly what: string }) => `${of.archive} cannot be read: ${of.what}`,
    hint: () => 'Pack the files again as a plain zip or tar.',
  },
  'archive-limit': {
    about: 'An archive passes one of the limits that guard against decompression bombs.',
    message: (
      of: InArchive & {
        readonly limit: string;
        readonly allowed: number;
        readonly found: number;
        readonly entry?: string;
      },
    ) =>
      `${of.archive} passes ${of.limit}: ${of.found} where ${of.allowed} is allowed${of.entry === undefined ? '' : ` (at '${of.entry}')`}`,
    hint: (of: { readonly limit: string }) => `If the archive is to be trusted, raise limits.${of.limit}.`,
  },
  'entry-name': {
    about: 'A name inside an archive would be unsafe as a path, on this machine or on another.',
    message: (of: AtEntry & { readonly why: string }) => `${of.archive}: the entry '${of.entry}' ${of.why}`,
    hint: () => 'Nothing of this archive was written. Pack it again with plain relative names.',
  },
  'entry-kind': {
    about: 'An archive holds a link, a device or another thing that is neither file nor folder.',
    message: (of: AtEntry & { readonly kind: string }) => `${of.archive}: the entry '${of.entry}' is a ${of.kind}`,
    hint: () => "Nothing of this archive was written. links: 'leave-out' skips links and counts them.",
  },
  'entry-collision': {
    about: 'Two entries of an archive would be one file on some file system, so one would silently be lost.',
    message: (of: AtEntry & { readonly other: string; readonly how: string }) =>
      `${of.archive}: the entries '${of.other}' and '${of.entry}' ${of.how}`,
    hint: () => 'Nothing of this archive was written. Rename one of the two and pack it again.',
  },
  'entry-overlap': {
    about: 'Entries of a zip share bytes, as they do in decompression bombs.',
    message: (of: AtEntry & { readonly other: string }) =>
      `${of.archive}: the entries '${of.other}' and '${of.entry}' overlap`,
  },
  'entry-corrupt': {
    about: 'The bytes of an entry do not have the checksum or the size that its archive recorded.',
    message: (of: AtEntry & { readonly why: string }) => `${of.archive}: the entry '${of.entry}' is corrupt: ${of.why}`,
    hint: () => 'Fetch the archive again and compare its checksum with the publisher’s.',
  },
  'folder-exists': {
    about: 'The folder an archive should be extracted to is there already and not empty.',
    message: (of: { readonly folder: string }) => `${of.folder} is already there and not empty`,
    hint: () => 'Extract to a new folder; nothing existing is ever written over.',
  },
  'pack-order': {
    about: 'The entries to pack do not come in rising order of their keys, so the archive would not be reproducible.',
    message: (of: { readonly key: string; readonly after: string }) => `'${of.key}' comes after '${of.after}'`,
    hint: () => 'Sort the entries by key first (plain sort(), by UTF-16 units).',
  },
  'pack-size': {
    about: 'An entry to pack brought another number of bytes than was said.',
    message: (of: { readonly key: string; readonly said: number; readonly found: number }) =>
      `'${of.key}' should have ${of.said} bytes and brought ${of.found}`,
  },
  'download-refused': {
    about: 'The server refuses the file for good: it is missing, forbidden or asks to sign in.',
    message: (of: FromUrl & { readonly status: number; readonly found: string }) =>
      `${of.url} answered ${of.status} (${of.found})`,
    hint: (of: { readonly status: number }) =>
      of.status === 401 || of.status === 403
        ? 'Check the credentials, and whether terms have to be accepted first.'
        : 'Check the address.',
  },
  'download-unavailable': {
    about: 'The server cannot answer now (5xx, 429); another attempt may succeed.',
    message: (of: FromUrl & { readonly status: number }) => `${of.url} answered ${of.status}`,
    transient: true,
  },
  'download-cut': {
    about: 'The connection ended before the whole file was here; the next attempt resumes.',
    message: (of: FromUrl & { readonly received: number; readonly expected?: number; readonly why: string }) =>
      `${of.url} was cut after ${of.received}${of.expected === undefined ? '' : ` of ${of.expected}`} bytes: ${of.why}`,
    transient: true,
  },
  'download-content': {
    about: 'Something else came than the kind of file that was asked for.',
    message: (of: FromUrl & { readonly wanted: readonly string[]; readonly found: string }) =>
      `${of.url} should be ${of.wanted.join(' or ')} and is ${of.found}`,
    hint: () =>
      'Open the address in a browser: it may ask to sign in, to accept terms, or say that a quota is used up.',
  },
  'download-mismatch': {
    about: 'The file came whole, but its size or checksum is not the expected one.',
    message: (
      of: FromUrl & {
        readonly what: 'size' | 'sha256';
        readonly expected: string;
        readonly received: string;
        readonly found: string;
      },
    ) => `${of.url} has the ${of.what} ${of.received}, expected was ${of.expected}; it is ${of.found}`,
    hint: () => 'Either the publisher changed the file, or the recorded value is wrong.',
  },
  'sharp-missing': {
    about: 'Images are read with the package sharp, and it cannot be loaded on this machine.',
    message: (of: { readonly why: string }) => `sharp cannot be loaded: ${of.why}`,
    hint: () => 'Run `npm install --include=optional sharp` on this machine: its libraries are made for one system.',
  },
  'remote-changed': {
    about: 'A file changed on its server while it was read there; bytes of two versions are never mixed.',
    message: (of: FromUrl & { readonly version: string; readonly why: string }) =>
      `${of.url} changed while it was read (it was ${of.version}): ${of.why}`,
    hint: () => 'Give the same command again: it reads the new version from its start.',
  },
  'download-changed': {
    about: 'The file behind an address is not the one recorded when it was first fetched.',
    message: (of: FromUrl & { readonly recorded: string; readonly received: string }) =>
      `${of.url} changed: recorded was sha256 ${of.recorded}, now it is ${of.received}`,
    hint: () => 'If the change is wanted, remove the recorded lock of this address.',
  },
});
