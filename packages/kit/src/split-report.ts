import type { LeakGroup, LeakItem, LeakReport } from './leaks.ts';
import type { Block, KeyFigure, Picture, Report, Section } from './report.ts';
import { thumbnail } from './report/thumbnail.ts';
import { pickSamples } from './samples.ts';
import type { SplitLine, SplitPlan } from './split.ts';

export interface SplitReportOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly leaks?: LeakReport;
  /** Opens an item's bytes by key for the pictures; without it the report has none. Called for shown items only. */
  readonly read?: (key: string) => Promise<Uint8Array>;
  /** Pictures per class and part. Default 4. */
  readonly perCell?: number;
  readonly seed?: number | string;
  /** Suspected leaks shown as pictures. Default 12. */
  readonly pairsShown?: number;
  readonly provenance?: NonNullable<Report['provenance']>;
}

/**
 * Makes the report of a split for `reportPage`: sizes, classes by part, how even they are, samples, and leaks if searched.
 *
 * Pictures that cannot be decoded show as such; an error of `read` itself is passed on.
 */
export async function splitReport(plan: SplitPlan, options: SplitReportOptions): Promise<Report> {
  const { title, subtitle, leaks, provenance } = options;
  const sections = [partsSection(plan), classesSection(plan)];
  if (options.read) sections.push(await samplesSection(plan, options, options.read));
  if (leaks) sections.push(await leaksSection(plan, leaks, options));
  return {
    title,
    ...(subtitle === undefined ? {} : { subtitle }),
    figures: keyFigures(plan, leaks),
    sections,
    ...(provenance === undefined ? {} : { provenance }),
  };
}

function keyFigures(plan: SplitPlan, leaks: LeakReport | undefined): readonly KeyFigure[] {
  const groups = new Set(plan.assignments.map(({ group }) => group)).size;
  const off = plan.deviations.reduce((most, { wanted, got }) => Math.max(most, Math.abs(got - wanted)), 0);
  const figures: KeyFigure[] = [
    { label: 'items', value: plan.assignments.length },
    { label: 'classes', value: plan.classes.length },
    ...(groups === plan.assignments.length ? [] : [{ label: 'groups, none of them divided', value: groups }]),
    ...(plan.deviations.length === 0
      ? []
      : [{ label: 'items off what was asked, at most', value: Math.round(off * 10) / 10 }]),
  ];
  if (!leaks) return figures;
  // Beyond 4 bits unlike pictures meet too; those pairs stay in the table.
  const near = leaks.bands.filter(
    ({ name }) => name === 'same bytes' || name === 'distance 0' || name === 'distance 1-4',
  );
  const across = near.reduce((sum, band) => sum + band.across, 0);
  return [
    ...figures,
    {
      label: `pairs across parts within ${Math.min(4, leaks.distance)} bits`,
      value: across,
      tone: across === 0 ? 'good' : 'bad',
    },
  ];
}

function partsSection(plan: SplitPlan): Section {
  const all = Math.max(1, plan.assignments.length);
  const rows = plan.parts.map((part) => {
    const classes = plan.classes.filter((name) => plan.counts[part]![name]! > 0).length;
    const groups = new Set(plan.assignments.filter(({ split }) => split === part).map(({ group }) => group)).size;
    return [part, plan.totals[part]!, `${((plan.totals[part]! / all) * 100).toFixed(1)} %`, classes, groups];
  });
  const blocks: Block[] = [
    {
      kind: 'table',
      caption: 'Parts and their sizes. A group is never divided between parts.',
      columns: ['Part', 'Items', 'Share', 'Classes', 'Groups'],
      rows,
    },
  ];
  if (plan.warnings.length > 0) {
    const shown = plan.warnings.slice(0, 50).map(({ message }) => [message]);
    const more = plan.warnings.length > 50 ? ` The first 50 of ${plan.warnings.length}.` : '';
    blocks.push({
      kind: 'table',
      caption: `What the split could not do as asked.${more}`,
      columns: ['Note'],
      rows: shown,
    });
  }
  return { title: 'Parts', blocks };
}

function classesSection(plan: SplitPlan): Section {
  const rows = plan.classes.map((name) => ({
    label: name,
    values: plan.parts.map((part) => plan.counts[part]![name]!),
  }));
  const sizeOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const sorted = rows.sort((one, other) => sizeOf(other.values) - sizeOf(one.values));
  return {
    title: 'Classes',
    blocks: [
      {
        kind: 'bars',
        caption: 'Items of every class by part, the largest class first.',
        series: plan.parts,
        rows: sorted,
      },
    ],
  };
}

async function samplesSection(
  plan: SplitPlan,
  options: SplitReportOptions,
  read: NonNullable<SplitReportOptions['read']>,
): Promise<Section> {
  const picked = pickSamples<SplitLine>(plan.assignments, {
    parts: plan.parts,
    perCell: options.perCell ?? 4,
    seed: options.seed ?? 1,
  });
  const rows = [];
  // One row at a time: the pictures of a hundred classes at once would be many decoded images in memory.
  for (const { class: name, cells } of picked) {
    const drawn = await Promise.all(
      cells.map(({ items }) => Promise.all(items.map(({ key }) => pictureOf(key, read)))),
    );
    rows.push({ label: name, cells: drawn });
  }
  return {
    title: 'Samples',
    blocks: [
      { kind: 'images', caption: 'Items drawn at random from every class and part.', columns: plan.parts, rows },
    ],
  };
}

async function leaksSection(plan: SplitPlan, leaks: LeakReport, options: SplitReportOptions): Promise<Section> {
  const rows = leaks.bands.map(({ name, across, within }) => [bandNames[name], across, within]);
  const caption = `Pairs of items that are alike, across parts and within one. Distances are bits of a 64-bit perceptual hash, searched to ${leaks.distance}.`;
  const blocks: Block[] = [{ kind: 'table', caption, columns: ['Alike in', 'Across parts', 'Within a part'], rows }];
  const suspects = suspectsOf(leaks).slice(0, options.pairsShown ?? 12);
  // Without pictures a pair of names tells nobody anything; the table above has the counts.
  const { read } = options;
  if (read && suspects.length > 0) {
    const pairs = await Promise.all(
      suspects.map(async ({ one, other, note, classesDiffer }) => ({
        pictures: [await pictureOf(one.key, read), await pictureOf(other.key, read)] as const,
        parts: [one.split, other.split] as const,
        note: classesDiffer ? `${note}; classes differ: ${one.class ?? 'none'} and ${other.class ?? 'none'}` : note,
        warn: classesDiffer,
      })),
    );
    blocks.push({
      kind: 'pairs',
      caption: 'Items of different parts that are alike, the surest first.',
      pairs,
      series: plan.parts,
    });
  }
  return { title: 'Leaks', blocks };
}

const bandNames = {
  'same bytes': 'bytes',
  'distance 0': 'hash',
  'distance 1-4': '1 to 4 bits apart',
  'distance 5-10': '5 to 10 bits apart',
  'distance 11-15': '11 to 15 bits apart',
} as const satisfies Record<LeakReport['bands'][number]['name'], string>;

interface Suspect {
  readonly one: LeakItem;
  readonly other: LeakItem;
  readonly note: string;
  readonly classesDiffer: boolean;
}

/** One pair for every group and pair across parts, the surest kind first. */
function suspectsOf({ exact, sameHash, near }: LeakReport): readonly Suspect[] {
  const fromGroup =
    (note: string) =>
    (group: LeakGroup): Suspect => {
      const [one] = group.items as readonly [LeakItem];
      const other = group.items.find(({ split }) => split !== one.split)!;
      return { one, other, note, classesDiffer: one.class !== other.class };
    };
  return [
    ...exact.across.map(fromGroup('same bytes')),
    ...sameHash.across.map(fromGroup('same hash')),
    ...near.across.map((pair) => ({ ...pair, note: `${pair.distance} ${pair.distance === 1 ? 'bit' : 'bits'} apart` })),
  ];
}

async function pictureOf(key: string, read: NonNullable<SplitReportOptions['read']>): Promise<Picture> {
  return { src: await thumbnail(await read(key)), caption: key };
}
