import { z } from '@dataset-runner/core/plugin';
import { foldName } from './layout.ts';

/** Why a text cannot be the name of one folder or file on every system, or undefined. */
function badName(name: string): string | undefined {
  if (name.trim() === '') return 'must not be empty';
  if (/[/\\]/.test(name)) return 'must be one name, without a slash';
  if (/[\p{Cc}<>:"|?*]/u.test(name)) return 'has a character that some systems do not allow in names';
  if (/^\.+$/.test(name) || /[. ]$/.test(name) || name.startsWith(' ')) return 'must not end in a dot or a space';
  return undefined;
}

function oneName(what: string) {
  return z
    .string()
    .superRefine((name, context) => {
      const why = badName(name);
      if (why !== undefined) context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} ${why}` });
    })
    .describe(what);
}

/** One species archive; the field names are those of the `file-list` secret of the system this replaces. */
export const sourceSchema = z.object({
  file_url: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const why = badAddress(text);
      if (why !== undefined) context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} ${why}` });
    })
    .describe('Where the archive lies: an http(s) address, a path or a store URL'),
  downloaded_file_name: oneName('The name the download gets, for example file_1.zip'),
  exploded_folder_name: z
    .string()
    .refine(
      (path) => !path.startsWith('/') && !path.split(/[/\\]/).includes('..'),
      'must be a folder inside the archive',
    )
    .describe('The folder inside the archive that holds the pictures; empty for the whole archive'),
  species_label: oneName('The class of these pictures, for example gomphonema_clavatum'),
  sha256: z
    .string()
    .regex(/^(sha256:)?[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .optional()
    .describe('Of the archive; what comes with another one is refused'),
});

export type Source = z.output<typeof sourceSchema>;

// Credentials in an address would end up in rows and logs; `stores:` in the config is the place for them.
function badAddress(text: string): string | undefined {
  if (!/^https?:/i.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null) return 'is no address';
  return url.username === '' && url.password === '' ? undefined : 'must not carry a user or password';
}

/**
 * The file list as a param: every entry valid by itself, and all of them together free of contradictions.
 *
 * Several entries may carry one label (their pictures become one class), and one archive may serve several entries
 * (one per folder inside it). Refused: two addresses under one download name, and the same entry twice.
 */
export const fileListSchema = z
  .array(sourceSchema)
  .min(1)
  .superRefine((list, context) => {
    for (const { index, field, message } of contradictions(list)) {
      context.addIssue({ code: 'custom', path: [index, field], message });
    }
  });

interface Contradiction {
  readonly index: number;
  readonly field: keyof Source;
  readonly message: string;
}

function contradictions(list: readonly Source[]): Contradiction[] {
  const found: Contradiction[] = [];
  const byName = new Map<string, number>();
  const byLabel = new Map<string, number>();
  const entries = new Map<string, number>();
  for (const [index, entry] of list.entries()) {
    const add = (field: keyof Source, message: string): void => void found.push({ index, field, message });
    const name = foldName(archiveStem(entry.downloaded_file_name));
    const same = list[byName.get(name) ?? index] as Source;
    if (same.file_url !== entry.file_url) {
      add(
        'downloaded_file_name',
        `${JSON.stringify(entry.downloaded_file_name)} is also the name of ${same.file_url} (${nth(byName.get(name))})`,
      );
    } else if ((same.sha256 ?? entry.sha256) !== (entry.sha256 ?? same.sha256)) {
      add('sha256', `differs from that of ${nth(byName.get(name))}, which is the same archive`);
    }
    byName.set(name, byName.get(name) ?? index);
    const label = foldName(entry.species_label);
    const spelled = list[byLabel.get(label) ?? index] as Source;
    if (spelled.species_label !== entry.species_label) {
      add(
        'species_label',
        `${JSON.stringify(entry.species_label)} and ${JSON.stringify(spelled.species_label)} (${nth(byLabel.get(label))}) are one folder on many systems`,
      );
    }
    byLabel.set(label, byLabel.get(label) ?? index);
    const whole = JSON.stringify([name, foldName(entry.exploded_folder_name)]);
    const twin = entries.get(whole);
    if (twin !== undefined) add('exploded_folder_name', `${nth(twin)} already takes this folder of this archive`);
    entries.set(whole, twin ?? index);
  }
  return found;
}

/** An entry as people count, and as the runner names those of any list: the first one is 1. */
function nth(index = 0): string {
  return `entry ${index + 1}`;
}

/** An archive's name without its ending; the folder its pictures are kept under. */
export function archiveStem(name: string): string {
  return name.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '') || name;
}

/** One archive to fetch, however many entries of the list use it. */
export interface Archive {
  /** The download's name. */
  readonly key: string;
  readonly url: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string;
}

/** The archives behind a file list, each once, in the order of the list. */
export function archivesOf(list: readonly Source[]): readonly Archive[] {
  const archives = new Map<string, Archive>();
  for (const entry of list) {
    const known = archives.get(foldName(archiveStem(entry.downloaded_file_name)));
    const sha256 = (known?.sha256 ?? entry.sha256)?.replace(/^sha256:/i, '').toLowerCase();
    archives.set(foldName(archiveStem(entry.downloaded_file_name)), {
      key: known?.key ?? entry.downloaded_file_name,
      url: entry.file_url,
      ...(sha256 === undefined ? {} : { sha256 }),
    });
  }
  return [...archives.values()];
}
