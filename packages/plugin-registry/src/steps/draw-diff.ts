import { existsSync, readFileSync } from 'node:fs';
import { defineStep } from '@dataset-runner/core/plugin';
import type { Block, Picture } from '@dataset-runner/kit/report';

/** A file before and after, by the absolute paths its bytes may lie at; the first that is there is shown. */
export interface DiffFile {
  readonly path: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface DiffPage {
  readonly key: string;
  readonly title: string;
  readonly added: readonly DiffFile[];
  readonly deleted: readonly DiffFile[];
  readonly modified: readonly DiffFile[];
  readonly renamed: readonly { readonly old: string; readonly new: string }[];
}

const picturesShown = 120;

/** Draws what differs as one page: pictures that changed side by side, those that came and went as thumbnails. */
export const drawDiff = defineStep({
  name: 'draw-diff',
  cache: false,
  needs: { cpu: true },
  async work({ key, title, added, deleted, modified, renamed }: DiffPage, { output }) {
    const pairs = [];
    for (const file of modified.slice(0, picturesShown)) {
      const pictures = [await picture(file.path, file.before), await picture(file.path, file.after)] as const;
      pairs.push({ pictures, parts: ['before', 'after'] as const, note: file.path });
    }
    const changed: Block = { kind: 'pairs', caption: shownOf(modified.length), pairs, series: ['before', 'after'] };
    const moved: Block = {
      kind: 'table',
      caption: 'The same bytes under another path',
      columns: ['before', 'after'],
      rows: renamed.map((each) => [each.old, each.new]),
    };
    const { reportPage } = await reportTools();
    const page = reportPage({
      title,
      figures: [
        { label: 'added', value: added.length },
        { label: 'deleted', value: deleted.length },
        { label: 'modified', value: modified.length },
        { label: 'renamed', value: renamed.length },
      ],
      sections: [
        { title: 'Modified', blocks: modified.length === 0 ? [none] : [changed] },
        { title: 'Added', blocks: [await thumbs(added, (file) => file.after)] },
        { title: 'Deleted', blocks: [await thumbs(deleted, (file) => file.before)] },
        { title: 'Renamed', blocks: renamed.length === 0 ? [none] : [moved] },
      ],
    });
    return output.write(key, page);
  },
});

const none: Block = { kind: 'text', text: 'None.' };

async function thumbs(files: readonly DiffFile[], side: (file: DiffFile) => readonly string[]): Promise<Block> {
  if (files.length === 0) return none;
  const byFolder = new Map<string, Picture[]>();
  for (const file of files.slice(0, picturesShown)) {
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), await picture(file.path, side(file))]);
  }
  const rows = [...byFolder].map(([label, pictures]) => ({ label, cells: [pictures] }));
  return { kind: 'images', caption: shownOf(files.length), columns: ['files'], rows };
}

function shownOf(count: number): string {
  return count <= picturesShown ? `${count} files` : `${picturesShown} of ${count} files`;
}

// What is no image, or lies nowhere here, is an empty frame with its name.
async function picture(path: string, places: readonly string[]): Promise<Picture> {
  const found = places.find((place) => existsSync(place));
  if (found === undefined) return { src: undefined, caption: path };
  const { thumbnail } = await reportTools();
  return { src: await thumbnail(readFileSync(found)), caption: path };
}

// Imported when a page is drawn: every task of this plugin would wait for it at its start.
function reportTools() {
  return import('@dataset-runner/kit/report');
}
