import type { Adc } from '../bins/adc.ts';
import type { Header } from '../bins/header.ts';
import type { Volumes } from '../bins/volume.ts';
import { readTime } from '../metadata/track.ts';

/** What is looked at when a bin is judged; what a broken bin does not have is undefined. */
export interface Evidence {
  readonly startMs: number;
  readonly missing: readonly string[];
  readonly header?: Header | undefined;
  readonly adc?: Adc | undefined;
  readonly volumes: Volumes;
  readonly roiBytes?: number | undefined;
}

/** Above these a bin gets an advisory. */
export interface QcLimits {
  readonly maxImages: number;
  readonly maxHumidity: number;
  readonly maxTemperature: number;
  /** How old the last position may be when the bin begins, hours. */
  readonly maxFixAgeH: number;
}

/** True and false are verdicts; null means that the bin does not tell, which is no failure. */
export interface Verdict {
  readonly filesComplete: boolean;
  /** The header's count of images is that of the rows. */
  readonly roiCountMatch: boolean | null;
  /** No image lies outside the .roi file. */
  readonly roiDataComplete: boolean | null;
  /** No row has only one of width and height, or a negative one. */
  readonly roiDimsValid: boolean | null;
  /** Run time of header and rows within 2 %. */
  readonly runtimeConsistent: boolean | null;
  /** No more water than the syringe took, and 5 %. */
  readonly volumePlausible: boolean | null;
  /** Not wrong, but worth a look. */
  readonly advisories: readonly string[];
}

const runtimeTolerance = 0.02;
const syringeSlack = 1.05;

/** Judges a bin by the rules of iRfcb's qc_sample, and gives advisories by the limits. */
export function judge({ missing, header, adc, volumes, roiBytes, startMs }: Evidence, limits: QcLimits): Verdict {
  const [runS, rowsS] = [told(volumes.header?.runS), told(volumes.adc?.runS)];
  const syringeMl = header?.syringeMl;
  const ml = told(volumes.best?.ml);
  return {
    filesComplete: missing.length === 0,
    roiCountMatch: adc && header?.roiCount !== undefined ? header.roiCount === adc.boxes.length : null,
    roiDataComplete:
      adc && roiBytes !== undefined
        ? adc.boxes.every(({ start, width, height }) => start >= 0 && start + width * height <= roiBytes)
        : null,
    roiDimsValid: adc ? dimsValid(adc) : null,
    runtimeConsistent:
      runS === undefined || rowsS === undefined ? null : Math.abs(runS / rowsS - 1) <= runtimeTolerance,
    volumePlausible: syringeMl === undefined || ml === undefined ? null : ml >= 0 && ml <= syringeMl * syringeSlack,
    advisories: advisoriesOf({ header, adc, startMs }, limits),
  };
}

// NaN: cells that a sum needs hold no number.
function told(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

/** A bin passes when nothing is false. */
export function passes(verdict: Verdict): boolean {
  return Object.values(verdict).every((value) => value !== false);
}

function dimsValid(adc: Adc): boolean {
  const [widths, heights] = [adc.column('roiWidth'), adc.column('roiHeight')];
  if (widths === undefined || heights === undefined) return false;
  return widths.every((width, row) => (width > 0 && heights[row]! > 0) || (width === 0 && heights[row] === 0));
}

type Advised = Pick<Evidence, 'header' | 'adc' | 'startMs'>;

function advisoriesOf({ header, adc, startMs }: Advised, limits: QcLimits): string[] {
  const advisories: string[] = [];
  if (header?.isBeads === true) advisories.push('bead run');
  if (adc?.boxes.length === 0) advisories.push('empty');
  if (adc !== undefined && adc.boxes.length > limits.maxImages)
    advisories.push(`oversized: ${adc.boxes.length} images`);
  if ((header?.humidityPercent ?? 0) > limits.maxHumidity) advisories.push(`humidity ${header?.humidityPercent} %`);
  if ((header?.temperatureC ?? 0) > limits.maxTemperature) advisories.push(`temperature ${header?.temperatureC} C`);
  if (header?.placeNotOnEarth !== undefined) advisories.push(`position ${header.placeNotOnEarth} is not on earth`);
  // `Jul/17/2022 16:17:39.00 UTC`
  const fixMs = readTime(header?.gpsTime?.replaceAll('/', ' ') ?? '');
  const ageH = (startMs - fixMs) / 3_600_000;
  if (ageH > limits.maxFixAgeH) advisories.push(`position is ${Math.round(ageH)} h older than the bin`);
  return advisories;
}
