import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { contactSheet } from '@dataset-runner/kit/contact-sheet';
import { reportPage, thumbnail, type Picture } from '@dataset-runner/kit/report';
import { pickSamples } from '@dataset-runner/kit/samples';
import { reportsFolder } from '../layout.ts';
import type { PictureNote } from './note-picture.ts';
import type { PlacedPicture } from './place-picture.ts';

/** A set to show. */
export interface ShownSet {
  readonly notes: ResultsReader<PictureNote>;
  /** Where each picture lies, by the same keys. */
  readonly pictures: ResultsReader<PlacedPicture>;
}

const parts = ['train', 'test'];
const perCell = 6;

/** Draws the contact sheet: some pictures of every species and split, as one picture and as one page. */
export const drawSheet = defineStep({
  name: 'draw-sheet',
  needs: { cpu: true },
  async work(item: ShownSet, { output, bytes }): Promise<{ readonly png: FileRef; readonly html: FileRef }> {
    const notes: PictureNote[] = [];
    for await (const { result } of item.notes) notes.push(result);
    const items = notes.map(({ key, path, species, split }) => ({ key, path, class: species, split }));
    const read = (key: string): Promise<Uint8Array> => bytes((item.pictures.get(key) as PlacedPicture).file);
    const title = 'Diatom set';
    const png = await contactSheet(items, { parts, perCell, title, read: ({ key }) => read(key) });
    const rows: { readonly label: string; readonly cells: readonly (readonly Picture[])[] }[] = [];
    for (const { class: label, cells } of pickSamples(items, { parts, perCell })) {
      const drawn = cells.map((cell) =>
        Promise.all(
          cell.items.map(async ({ key, path }) => ({ src: await thumbnail(await read(key)), caption: path })),
        ),
      );
      rows.push({ label, cells: await Promise.all(drawn) });
    }
    const page = reportPage({
      title,
      subtitle: `${notes.length} pictures of ${rows.length} species`,
      sections: [
        {
          title: 'Samples',
          blocks: [{ kind: 'images', caption: 'Drawn at random from every species and split.', columns: parts, rows }],
        },
      ],
    });
    return {
      png: await output.write(`${reportsFolder}/contact-sheet.png`, png),
      html: await output.write(`${reportsFolder}/contact-sheet.html`, page),
    };
  },
});
