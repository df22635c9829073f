import { type Block, reportPage, type Section } from '@dataset-runner/kit/report';
import { parseBinId } from '../bins/bin-id.ts';
import type { MetadataTable } from '../metadata/read-metadata.ts';
import { drawMap } from './draw-map.ts';
import { drawSeries, type Series } from './draw-series.ts';
import type { BinSummary, ClassSum } from './summary.ts';

/** What the page is made of. */
export interface ReportOf {
  readonly title: string;
  readonly bins: readonly BinSummary[];
  readonly metadata: MetadataTable;
  /** Rows of qc.csv that failed or have advisories. */
  readonly remarks: readonly { readonly bin: string; readonly verdict: string; readonly text: string }[];
  readonly isJudged: boolean;
  /** Pictures by class. */
  readonly sheet: readonly {
    readonly name: string;
    readonly pictures: readonly { readonly src: string | undefined; readonly caption: string }[];
  }[];
  readonly provenance: readonly { readonly label: string; readonly value: string }[];
}

const seriesShown = 6;
const remarksShown = 500;

/** The whole report as one page that needs nothing else. */
export function ifcbReportPage(of: ReportOf): string {
  const { title, bins, metadata, provenance } = of;
  const totals = totalsOf(bins);
  const measured = bins.filter(({ key }) => (metadata.get(key)?.volumeImagedMl ?? 0) > 0);
  const ml = measured.reduce((sum, { key }) => sum + metadata.get(key)!.volumeImagedMl!, 0);
  const images = totals.reduce((sum, one) => sum + one.images, 0);
  const failed = of.remarks.filter(({ verdict }) => verdict === 'failed').length;
  return reportPage({
    title,
    subtitle: spanOf(bins),
    figures: [
      { label: 'bins', value: bins.length },
      { label: 'images', value: images },
      { label: 'classes', value: totals.length },
      ...(ml > 0 ? [{ label: 'ml analysed', value: Number(ml.toFixed(2)) }] : []),
      ...(of.isJudged
        ? [{ label: 'bins that failed QC', value: failed, tone: failed === 0 ? ('good' as const) : ('bad' as const) }]
        : []),
    ],
    sections: [
      classSection(totals, { ml, inMl: new Map(totalsOf(measured).map((one) => [one.name, one.images])) }),
      sheetSection(of),
      mapSection(of),
      seriesSection(of, totals),
      qcSection(of),
    ].filter(({ blocks }) => blocks.length > 0),
    provenance,
  });
}

/** Sums over all bins, the most frequent class first. */
function totalsOf(bins: readonly BinSummary[]): readonly ClassSum[] {
  const totals = new Map<string, ClassSum>();
  for (const { classes } of bins)
    for (const { name, images, biovolume, area } of classes) {
      const sum = totals.get(name) ?? { images: 0, biovolume: 0, area: 0 };
      totals.set(name, {
        name,
        images: sum.images + images,
        biovolume: sum.biovolume + biovolume,
        area: sum.area + area,
      });
    }
  return [...totals.values()].sort((a, b) => b.images - a.images || (a.name < b.name ? -1 : 1));
}

interface Seen {
  /** The water that was looked at, and the images of each class in it: those of bins whose volume is known. */
  readonly ml: number;
  readonly inMl: ReadonlyMap<string, number>;
}

function classSection(totals: readonly ClassSum[], { ml, inMl }: Seen): Section {
  const all = totals.reduce((sum, { images }) => sum + images, 0);
  const perMl = ml > 0 ? ['per ml'] : [];
  return {
    title: 'Classes',
    blocks: [
      {
        kind: 'bars',
        caption: 'Images of each class.',
        series: ['images'],
        rows: totals.map(({ name, images }) => ({ label: name, values: [images] })),
      },
      {
        kind: 'bars',
        caption: 'Biovolume of each class, cubic micrometres: that of the largest blob of each image.',
        series: ['um³'],
        rows: totals.map(({ name, biovolume }) => ({ label: name, values: [Math.round(biovolume)] })),
      },
      {
        kind: 'table',
        caption: 'Counts and sizes by class.',
        columns: ['class', 'images', 'share', ...perMl, 'biovolume, um³', 'mean biovolume, um³', 'mean area, um²'],
        rows: totals.map(({ name, images, biovolume, area }) => [
          name,
          images,
          `${((100 * images) / Math.max(1, all)).toFixed(1)} %`,
          ...(ml > 0 ? [((inMl.get(name) ?? 0) / ml).toFixed(2)] : []),
          Math.round(biovolume),
          Math.round(biovolume / images),
          Math.round(area / images),
        ]),
      },
    ],
  };
}

function sheetSection({ sheet }: ReportOf): Section {
  const rows = sheet.map(({ name, pictures }) => ({ label: name, cells: [pictures] }));
  const caption = 'Images of each class, drawn by lot; their names show when pointed at.';
  return {
    title: 'Contact sheet',
    blocks: rows.length === 0 ? [] : [{ kind: 'images', caption, columns: ['images'], rows }],
  };
}

function mapSection({ bins, metadata }: ReportOf): Section {
  const places = bins.flatMap(({ key, classes }) => {
    const { latitude = null, longitude = null } = metadata.get(key) ?? {};
    const images = classes.reduce((sum, one) => sum + one.images, 0);
    return latitude === null || longitude === null ? [] : [{ latitude, longitude, images }];
  });
  const src = drawMap(places);
  if (src === undefined) return { title: 'Where', blocks: [] };
  const caption = `${places.length} of ${bins.length} bins have a position; the area of a mark is the number of images. Coastline: Natural Earth 1:110 million.`;
  return { title: 'Where', blocks: [{ kind: 'drawing', caption, src, alt: `A map of ${places.length} bins` }] };
}

function seriesSection({ bins, metadata }: ReportOf, totals: readonly ClassSum[]): Section {
  const withVolume = bins.filter(({ key }) => (metadata.get(key)?.volumeImagedMl ?? 0) > 0);
  const isPerMl = withVolume.length > 1;
  const shown = isPerMl ? withVolume : bins;
  const valueOf = ({ key, classes }: BinSummary, name?: string): number => {
    const images = classes.reduce((sum, one) => sum + (name === undefined || one.name === name ? one.images : 0), 0);
    return isPerMl ? images / metadata.get(key)!.volumeImagedMl! : images;
  };
  const seriesOf = (name: string | undefined): Series => ({
    name: name ?? 'all',
    points: shown
      .map((bin) => ({ ms: parseBinId(bin.key)?.startMs ?? 0, value: valueOf(bin, name) }))
      .sort((a, b) => a.ms - b.ms),
  });
  const src = drawSeries([undefined, ...totals.slice(0, seriesShown).map(({ name }) => name)].map(seriesOf));
  if (src === undefined) return { title: 'When', blocks: [] };
  const caption = `Images ${isPerMl ? 'per millilitre analysed' : 'of each bin'}: all, and the ${Math.min(seriesShown, totals.length)} most frequent classes.`;
  return { title: 'When', blocks: [{ kind: 'drawing', caption, src, alt: caption }] };
}

function qcSection({ isJudged, remarks }: ReportOf): Section {
  if (!isJudged) return { title: 'Quality', blocks: [] };
  const blocks: Block[] =
    remarks.length === 0
      ? [{ kind: 'text', text: 'All bins passed, without advisories.' }]
      : [
          {
            kind: 'table',
            caption:
              remarks.length > remarksShown
                ? `The first ${remarksShown} of ${remarks.length}.`
                : 'Bins that failed or have advisories.',
            columns: ['bin', 'verdict', 'remarks'],
            rows: remarks.slice(0, remarksShown).map(({ bin, verdict, text }) => [bin, verdict, text]),
          },
        ];
  return { title: 'Quality', blocks };
}

function spanOf(bins: readonly BinSummary[]): string {
  const days = bins.map(({ key }) => new Date(parseBinId(key)?.startMs ?? 0).toISOString().slice(0, 10)).sort();
  return days[0] === days.at(-1) ? (days[0] ?? '') : `${days[0]} to ${days.at(-1)}`;
}
