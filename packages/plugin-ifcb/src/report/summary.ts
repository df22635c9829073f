import { sha256 } from '@dataset-runner/core/plugin';
import type { Particle } from '../publish/particle.ts';

/** One class in one bin. */
export interface ClassSum {
  readonly name: string;
  readonly images: number;
  /** Cubic micrometres. */
  readonly biovolume: number;
  /** Square micrometres. */
  readonly area: number;
}

/** An image that may be shown. */
export interface Candidate {
  readonly bin: string;
  readonly roi: number;
  readonly class: string;
  /** Decides which of many are shown: the same for the same seed, whatever the order. */
  readonly order: string;
}

/** What the report says of one bin. */
export interface BinSummary {
  /** The bin's id. */
  readonly key: string;
  readonly classes: readonly ClassSum[];
  readonly candidates: readonly Candidate[];
}

/** How bins are summed. */
export interface SummarySettings {
  readonly pixelsPerUm: number;
  readonly perClass: number;
  readonly seed: number;
}

/** Images without a class stand under this name. */
const withoutClass = 'not classified';

/** Sums the particles of a bin by class. */
export function summarise(
  bin: string,
  particles: readonly Particle[],
  { pixelsPerUm, perClass, seed }: SummarySettings,
): BinSummary {
  const byClass = Map.groupBy(particles, (particle) => particle.class?.name ?? withoutClass);
  const names = [...byClass.keys()].sort();
  const sum = (of: readonly Particle[], size: 'biovolume' | 'area', power: number): number =>
    // What was not measured adds nothing: tables of the old chain have NaN for images without a particle.
    of.reduce((total, particle) => total + (particle[size] || 0) / pixelsPerUm ** power, 0);
  return {
    key: bin,
    classes: names.map((name) => {
      const of = byClass.get(name)!;
      return { name, images: of.length, biovolume: sum(of, 'biovolume', 3), area: sum(of, 'area', 2) };
    }),
    candidates: names.flatMap((name) =>
      firstOf(
        byClass.get(name)!.map(({ roi }) => ({ bin, roi, class: name, order: sha256(`${seed} ${bin} ${roi}`) })),
        perClass,
      ),
    ),
  };
}

/** The candidates that come first, so many. */
export function firstOf(candidates: readonly Candidate[], count: number): readonly Candidate[] {
  return candidates.toSorted((a, b) => (a.order < b.order ? -1 : 1)).slice(0, count);
}
