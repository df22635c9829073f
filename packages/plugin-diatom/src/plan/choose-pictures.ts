import { diatomFailures } from '../failures.ts';
import { foldName } from '../layout.ts';
import { isLeftOut, type Labelled, type LeftOut, type Looked } from '../picture.ts';
import { archiveStem, type Source } from '../source.ts';

export interface Choice {
  /** Pictures of the wanted folders with their class, sorted by key. */
  readonly pictures: readonly Labelled[];
  /** What lies in those folders and is no picture. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Gives every picture the class of the folder it lies in; what lies in no wanted folder is not chosen.
 *
 * Where entries nest (`plate` and `plate/naviculas`), the deepest folder decides. Throws `diatom.folder-empty` for the
 * first entry that finds no picture, with the folders that would have had some.
 */
export function choosePictures(rows: readonly (Looked | LeftOut)[], list: readonly Source[]): Choice {
  const byArchive = new Map<string, Wanted[]>();
  const wanted = list.map((source, index): Wanted => ({ source, index, folder: folderOf(source), pictures: 0 }));
  for (const one of wanted) {
    const name = foldName(archiveStem(one.source.downloaded_file_name));
    byArchive.set(
      name,
      [...(byArchive.get(name) ?? []), one].sort((a, b) => b.folder.length - a.folder.length),
    );
  }
  const pictures: Labelled[] = [];
  const leftOut: LeftOut[] = [];
  for (const row of rows) {
    const entries = byArchive.get(foldName(archiveStem(row.archive ?? ''))) ?? [];
    // A row without a path stands for system files of the whole archive.
    const entry = row.member === '' ? entries[0] : entries.find(({ folder }) => liesIn(row.member, folder));
    if (entry === undefined) continue;
    if (isLeftOut(row)) leftOut.push(row);
    else {
      entry.pictures++;
      pictures.push({ ...row, species: entry.source.species_label, inner: below(row.member, entry.folder) });
    }
  }
  const empty = wanted.find((one) => one.pictures === 0);
  if (empty !== undefined) throw emptyFolder(empty, rows);
  return { pictures: pictures.sort((a, b) => (a.key < b.key ? -1 : 1)), leftOut };
}

interface Wanted {
  readonly source: Source;
  readonly index: number;
  /** With its slash at the end; empty for the whole archive. */
  readonly folder: string;
  pictures: number;
}

// Archives made on macOS spell `é` with two characters, file lists with one; for people it is one name.
function liesIn(member: string, folder: string): boolean {
  return member.normalize('NFC').startsWith(folder.normalize('NFC'));
}

/** The path below a folder it lies in, in its own spelling. */
function below(member: string, folder: string): string {
  return member
    .split('/')
    .slice(folder.split('/').length - 1)
    .join('/');
}

function folderOf(source: Source): string {
  const folder = source.exploded_folder_name.replaceAll('\\', '/').replace(/^(\.?\/)+|\/+$/g, '');
  return folder === '' || folder === '.' ? '' : `${folder}/`;
}

function emptyFolder({ source, index }: Wanted, rows: readonly (Looked | LeftOut)[]): Error {
  const archive = foldName(archiveStem(source.downloaded_file_name));
  const found = new Set<string>();
  for (const row of rows) {
    if (isLeftOut(row) || foldName(archiveStem(row.archive ?? '')) !== archive) continue;
    found.add(row.member.includes('/') ? row.member.slice(0, row.member.indexOf('/')) : '.');
  }
  const { downloaded_file_name: name, exploded_folder_name: folder } = source;
  return diatomFailures['folder-empty']({ index, archive: name, folder, found: [...found].sort().slice(0, 10) });
}
