import type { SeenImage } from '../steps/look-at-image.ts';

/** What a data card says of a dataset beside its images. */
export interface CardFacts {
  readonly title: string;
  /** Posix, from the root. */
  readonly path: string;
  readonly digest: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** Where it comes from: an import, a stage, or a `.dvc` file. */
  readonly origin: string;
  readonly commit?: string;
}

/** A data card in Markdown: what the set is, what is in it, where it comes from; the same set gives the same text. */
export function dataCard(facts: CardFacts, images: readonly SeenImage[]): string {
  const whole = images.filter(({ problem }) => problem === undefined);
  const unread = images.filter((image) => image.unread === true).length;
  const formats = countsBy(images, ({ format }) => format);
  const classes = countsBy(images, ({ key }) => (key.includes('/') ? key.slice(0, key.lastIndexOf('/')) : '.'));
  const light = whole.flatMap((image) => image.light?.brightness ?? []);
  return [
    `# ${facts.title}`,
    '',
    '| | |',
    '| --- | --- |',
    `| Path | \`${facts.path}\` |`,
    `| Digest | \`${facts.digest}\` |`,
    `| Files | ${facts.files} |`,
    `| Bytes | ${facts.sizeBytes} |`,
    `| From | ${cell(facts.origin)} |`,
    ...(facts.commit === undefined ? [] : [`| Commit | \`${facts.commit}\` |`]),
    '',
    '## Images',
    '',
    `${images.length} files were looked at; ${images.length - whole.length - unread} of them are no whole images.`,
    ...(unread === 0 ? [] : [`${unread} more are of a kind that is not read here.`]),
    ...rangeLine(
      'Width',
      whole.map(({ width }) => width),
      'pixels',
    ),
    ...rangeLine(
      'Height',
      whole.map(({ height }) => height),
      'pixels',
    ),
    ...rangeLine('Mean brightness', light, 'of 255'),
    '',
    ...table(['format', 'images'], formats),
    '',
    ...table(['folder', 'images'], classes),
    '',
  ].join('\n');
}

function rangeLine(name: string, values: readonly number[], unit: string): string[] {
  if (values.length === 0) return [];
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const [least, middle, most] = [sorted[0] ?? 0, median, sorted.at(-1) ?? 0].map((value) => Math.round(value));
  return [`${name}: ${least} to ${most} ${unit}, the middle one ${middle}.`];
}

function countsBy(images: readonly SeenImage[], of: (image: SeenImage) => string): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const image of images) counts.set(of(image), (counts.get(of(image)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function table(heads: readonly [string, string], rows: readonly (readonly [string, number])[]): string[] {
  return [`| ${heads.join(' | ')} |`, '| --- | ---: |', ...rows.map(([name, count]) => `| ${cell(name)} | ${count} |`)];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
