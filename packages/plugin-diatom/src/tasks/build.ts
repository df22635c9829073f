import { defineTask, fileRef, storeUrl, z } from '@dataset-runner/core/plugin';
import { divisionParams, fileListParam, includeParam, leakParams } from '../params.ts';
import { downloadArchive } from '../steps/download-archive.ts';
import { drawSheet } from '../steps/draw-sheet.ts';
import { findLeaks, refuseLeaks } from '../steps/find-leaks.ts';
import { nameSet } from '../steps/name-set.ts';
import { notePicture } from '../steps/note-picture.ts';
import { packAway } from '../steps/pack-away.ts';
import { packSet } from '../steps/pack-set.ts';
import { placePicture } from '../steps/place-picture.ts';
import { unpackArchive } from '../steps/unpack-archive.ts';
import { uploadZip } from '../steps/upload-zip.ts';
import { writeManifest } from '../steps/write-manifest.ts';
import { readManifest } from '../manifest.ts';
import type { LeftOut, Looked } from '../picture.ts';
import type { Source } from '../source.ts';
import { choosePictures } from '../plan/choose-pictures.ts';
import { findArchives } from '../plan/find-archives.ts';
import { type Division, itemsOf, placePictures, type SetItems } from '../plan/place-pictures.ts';
import { describeSet, leftOutLines } from '../plan/describe-set.ts';

// A function of its own, so that its lists end with it: the run goes on for hours, and the pictures may be a million.
function divide(
  rows: readonly (Looked | LeftOut)[],
  fileList: readonly Source[],
  division: Division,
  previous: Parameters<typeof placePictures>[2],
): { readonly set: SetItems; readonly leftOut: readonly LeftOut[] } {
  const { pictures, leftOut } = choosePictures(rows, fileList);
  return { set: itemsOf(placePictures(pictures, division, previous)), leftOut };
}

/**
 * The whole way from a file list to a published set.
 *
 * Steps 1 and 2 stream: an archive is unpacked while others still come. The split is the one barrier, for it has to see
 * every picture; what follows hangs on its outcome alone, so an unchanged split does nothing.
 */
export const build = defineTask({
  summary: 'Download species archives and publish a seeded train/test set, its zip and its reports',
  description:
    'Does all of download, extract, split, leaks, pack and upload in one go; only what changed since the last run is done again.',
  examples: [
    'runner run diatom:build --file-list ./species.json --out ./set',
    'runner run diatom:build --file-list env:FILE_LIST --out ./set --upload cloud:sets --move',
    "runner run diatom:build --file-list ./species.json --out ./set --group-by '^(\\d{6})' --sticky",
  ],
  params: z.object({
    ...fileListParam,
    out: storeUrl().describe('Where the set is published'),
    ...divisionParams,
    ...includeParam,
    ...leakParams,
    upload: storeUrl().optional().describe('Where the zip is uploaded'),
    move: z.boolean().default(false).describe('Keep no local zip once the upload is verified'),
  }),
  // Pipelines refer to these: a set is a place, a zip and a manifest are files.
  outputs: z.object({
    set: z.string().meta({ 'x-runner': 'place' }),
    zip: fileRef(),
    manifest: fileRef(),
    train: z.int(),
    test: z.int(),
    species: z.int(),
    leftOut: z.int(),
    leaks: z.int(),
  }),
  steps: {
    downloadArchive,
    unpackArchive,
    placePicture,
    notePicture,
    writeManifest,
    findLeaks,
    drawSheet,
    nameSet,
    packSet,
    packAway,
    uploadZip,
  },

  async run({ params, map, once, publish, store, log }) {
    const { fileList, out, include, upload, move } = params;

    // 1. Download the archives, each once, verified.
    const archives = map(downloadArchive, await findArchives(store, fileList), { into: 'work:diatom/downloads' });
    // 2. Take the pictures out of them, decode and hash each; what is none is left out by name.
    const unpacked = map(unpackArchive, archives, { into: 'work:diatom/pictures' });
    // 3. Give each picture its species and its split.
    const previous = params.sticky ? await readManifest(await store(out)) : [];
    const { set, leftOut } = divide(await unpacked.toArray(), fileList, params, previous);
    for (const line of [...set.warnings, ...leftOutLines(leftOut)]) log(line);
    // 4. Put each picture into results/<split>/<species>/, and remove those that moved.
    const placed = map(placePicture, set.placed, { into: out, exact: true });
    // 5. Write the manifest.
    const notes = map(notePicture, set.notes);
    const manifest = await once(writeManifest, { notes }, { into: out });
    // 6. Report leaks, and draw a contact sheet.
    const { leakDistance: distance, onLeak } = params;
    const search = { notes, pictures: placed, distance, warnings: set.warnings };
    const audit = once(findLeaks, search, { into: out });
    const sheet = once(drawSheet, { notes, pictures: placed }, { into: out });
    // A set that may not leak is packed and sent when it is known not to; otherwise nothing waits for the reports.
    if (onLeak === 'error') refuseLeaks(await audit);
    // 7. Pack the set under the moment it last changed.
    const { name } = await once(nameSet, { pictures: placed });
    const downloads = include.includes('downloads') ? await archives.toArray() : [];
    const more = [
      ...downloads.map(({ key, file }) => ({ key, path: `downloads/${key}`, file })),
      ...(include.includes('manifest') ? [{ key: 'manifest', path: manifest.key, file: manifest }] : []),
    ];
    const packed = { name, pictures: placed, more };
    // 8. Upload it; with `move` no local zip is left once the other side has it.
    const away = move && upload !== undefined;
    const zip = away
      ? await once(packAway, packed, { into: upload, key: name })
      : await once(packSet, packed, { into: out });
    if (upload !== undefined && !away) await map(uploadZip, [{ key: name, file: zip }], { into: upload });
    const [leaks] = await Promise.all([audit, sheet]);
    // 9. Say what the set is, with the digest of every file.
    await publish(out, describeSet(set, fileList));

    return {
      set: out,
      zip,
      manifest,
      train: set.train,
      test: set.test,
      species: Object.keys(set.counts['train'] ?? {}).length,
      leftOut: leftOut.reduce((sum, row) => sum + row.count, 0),
      leaks: leaks.across,
    };
  },

  render: ({ set, zip, train, test, species, leftOut, leaks }) =>
    [
      `${species} species: ${train} pictures to train, ${test} to test${leftOut === 0 ? '' : `; ${leftOut} files left out`}`,
      `set      ${set}`,
      `zip      ${zip.store}/${zip.key}`,
      `reports  ${set}/reports (${leaks === 0 ? 'no leak found' : `${leaks} pairs alike across the splits`})`,
    ].join('\n'),
});
