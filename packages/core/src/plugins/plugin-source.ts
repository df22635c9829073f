/** The source of a plugin that already does something: it collects pictures and writes their checksums. */
export function pluginSource(name: string): string {
  return `import {
  definePlugin,
  defineStep,
  defineTask,
  type FileRef,
  fileRef,
  listFiles,
  type ResultsReader,
  storeUrl,
  z,
} from '@dataset-runner/core/plugin';

// A step is done for each item. Its result is kept until the item, the step's version or what it uses changes.
const copy = defineStep({
  name: 'copy',
  version: 1,
  async work(picture: FileRef, { output }) {
    return output.copy(picture.key, picture);
  },
});

// Results of another map arrive as a reader: rows on demand, however many there are.
const writeChecksums = defineStep({
  name: 'write-checksums',
  version: 1,
  async work(item: { readonly copies: ResultsReader<FileRef> }, { output }) {
    const lines: string[] = [];
    for await (const { key, result } of item.copies) {
      lines.push(\`\${result.digest?.replace('sha256:', '')}  \${key}\\n\`);
    }
    return output.write('SHA256SUMS', lines.sort(byName).join(''));
  },
});

// A task plans: it lists, decides and maps steps over items. It writes nothing itself.
const collect = defineTask({
  summary: 'Collect pictures in one place and write their checksums.',
  params: z.object({
    from: storeUrl().describe('Where the pictures are: a folder or a store URL'),
    out: storeUrl().describe('Where they go'),
    types: z.array(z.string()).default(['jpg', 'jpeg', 'png', 'tif', 'tiff']).describe('Endings of picture names'),
  }),
  outputs: z.object({ checksums: fileRef(), pictures: z.int() }),
  steps: { copy, writeChecksums },
  async run({ params, map, once, store }) {
    const isPicture = (key: string): boolean => params.types.includes(key.slice(key.lastIndexOf('.') + 1).toLowerCase());
    const pictures = await listFiles(await store(params.from), { keep: ({ key }) => isPicture(key) });
    const copies = map(copy, pictures, { into: params.out });
    const checksums = await once(writeChecksums, { copies }, { into: params.out });
    return { checksums, pictures: pictures.length };
  },
});

// By the name behind the digest: the same set gives the same file, in whatever order it was listed.
function byName(a: string, b: string): number {
  const [nameA = '', nameB = ''] = [a.slice(66), b.slice(66)];
  return nameA < nameB ? -1 : Number(nameA > nameB);
}

export default definePlugin({ name: '${name}', api: 1, tasks: { collect } });
`;
}
