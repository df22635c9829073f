import { listFiles, type FileRef } from '@dataset-runner/core/plugin';
import { diatomFailures } from '../failures.ts';
import { readPicturePath, resultsFolder } from '../layout.ts';
import { readManifest } from '../manifest.ts';
import { isLeftOut, type Labelled, type LeftOut, type Looked, type Picture } from '../picture.ts';
import type { PictureNote } from '../steps/note-picture.ts';
import { looksLikePicture } from '../steps/unpack-archive.ts';
import type { ReadOnlyStore } from '../stored.ts';

/** The pictures of a place with a folder for each species, as something to look at; throws `diatom.no-pictures`. */
export async function listBySpecies(store: ReadOnlyStore): Promise<readonly Picture[]> {
  const files = (await listFiles(store)).filter(({ key }) => key.includes('/') && looksLikePicture(key));
  return asPictures(files, store.place, '<species>/<picture>');
}

/** The pictures of a set: what lies below `results/`; throws `diatom.no-pictures`. */
export async function listSet(store: ReadOnlyStore): Promise<readonly Picture[]> {
  const files = (await listFiles(store, { prefix: `${resultsFolder}/` })).filter(
    ({ key }) => readPicturePath(key) !== undefined,
  );
  return asPictures(files, store.place, `${resultsFolder}/<split>/<species>/<picture>`);
}

function asPictures(files: readonly FileRef[], place: string, wanted: string): readonly Picture[] {
  if (files.length === 0) throw diatomFailures['no-pictures']({ place, wanted });
  return files.map((file) => ({ key: file.key, file, member: file.key }));
}

/** Gives listed pictures the class of the folder they lie in. */
export function labelByFolder(rows: readonly (Looked | LeftOut)[]): {
  readonly pictures: readonly Labelled[];
  readonly leftOut: readonly LeftOut[];
} {
  const pictures: Labelled[] = [];
  for (const row of rows) {
    if (isLeftOut(row)) continue;
    const slash = row.member.indexOf('/');
    pictures.push({ ...row, species: row.member.slice(0, slash), inner: row.member.slice(slash + 1) });
  }
  return { pictures, leftOut: rows.filter((row) => isLeftOut(row)) };
}

/** Notes of the pictures of a set that lies in a place; its manifest, where there is one, knows their groups. */
export async function notesOfSet(
  store: ReadOnlyStore,
  rows: readonly (Looked | LeftOut)[],
): Promise<readonly PictureNote[]> {
  const lines = new Map(
    (await readManifest(store)).map((line) => [(line as { readonly path?: string }).path ?? line.key, line]),
  );
  return rows.flatMap((row): PictureNote[] => {
    const place = readPicturePath(row.member);
    if (isLeftOut(row) || place === undefined) return [];
    const group = lines.get(row.member)?.group ?? row.member;
    return [
      {
        key: row.key,
        path: row.member,
        sha256: row.sha256,
        phash: row.phash,
        species: place.species,
        group,
        split: place.split,
      },
    ];
  });
}
