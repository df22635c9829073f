import type { Seeded } from '@dataset-runner/kit/seeded';

/**
 * The outline and ornament of a pennate valve, in units of its half length: `t` runs from pole to pole, -1 to 1.
 *
 * The proportions follow the identification books; they are drawings to test with, not data to identify by.
 */
export interface PennateShape {
  readonly kind: 'pennate';
  /** Pixels. */
  readonly halfLength: number;
  /** Half the width at `t`, in half lengths. */
  readonly halfWidth: (t: number) => number;
  /** How far the middle line lies off the axis at `t`, in half lengths; sigmoid valves bend both ways. */
  readonly bend: (t: number) => number;
  /** Transverse lines on the whole valve. */
  readonly striae: number;
  /** Degrees that the striae lean towards the middle (radiate) near it; 0 for parallel ones. */
  readonly lean: number;
  /** Width of the blank band along the middle line, as a share of the half width. */
  readonly axialArea: number;
  /** Half length of the blank field in the middle, in half lengths. */
  readonly centralArea: number;
  readonly raphe: boolean;
  /** Dash and gap of a stria in pixels: rows of pores. */
  readonly pores: readonly [dash: number, gap: number];
  /** 0 to 1: how dark the ornament is. */
  readonly contrast: number;
}

/** A centric valve seen from above. */
export interface CentricShape {
  readonly kind: 'centric';
  /** Pixels. */
  readonly radius: number;
  readonly striae: number;
  /** Where the marginal striae end, as a share of the radius. */
  readonly innerRadius: number;
  /** Waves across the middle field. */
  readonly undulation: number;
}

export type Shape = PennateShape | CentricShape;

export interface Species {
  readonly label: string;
  /** The folder in its archive, as its collector named it. */
  readonly folder: string;
  /** One valve of the species: no two are alike, none leaves its species' range. */
  readonly valve: (random: Seeded) => Shape;
}

/** A number between two others. */
export function between(random: Seeded, low: number, high: number): number {
  return low + (high - low) * random.unit();
}

const straight = (): number => 0;

/** A smooth end: 1 in the middle, 0 at the poles; larger powers make blunter ends. */
function taper(t: number, power: number): number {
  return Math.max(0, 1 - Math.abs(t) ** power);
}

/** A bump of height 1 at `at`. */
function bump(t: number, at: number, width: number): number {
  return Math.exp(-(((t - at) / width) ** 2));
}

export const speciesList: readonly Species[] = [
  {
    label: 'cyclotella_meneghiniana',
    folder: 'Cyclotella meneghiniana',
    valve: (random) => ({
      kind: 'centric',
      radius: between(random, 38, 56),
      striae: 44 + random.below(16),
      innerRadius: between(random, 0.5, 0.62),
      undulation: between(random, 0.35, 0.7),
    }),
  },
  {
    label: 'navicula_lanceolata',
    folder: 'Navicula',
    valve: (random) => {
      const width = between(random, 0.2, 0.25);
      return {
        kind: 'pennate',
        halfLength: between(random, 62, 82),
        // Lanceolate: widest in the middle, ends drawn out a little.
        halfWidth: (t) => width * Math.cos((Math.PI / 2) * Math.min(1, Math.abs(t))) ** 0.72 * (1 - 0.1 * t * t),
        bend: straight,
        striae: 52 + random.below(10),
        lean: between(random, 22, 32),
        axialArea: 0.12,
        centralArea: between(random, 0.1, 0.15),
        raphe: true,
        pores: [9, 0],
        contrast: between(random, 0.5, 0.68),
      };
    },
  },
  {
    label: 'gyrosigma_acuminatum',
    folder: 'gyrosigma_acuminatum',
    valve: (random) => {
      const width = between(random, 0.125, 0.155);
      const swing = between(random, 0.11, 0.16);
      return {
        kind: 'pennate',
        halfLength: between(random, 80, 92),
        halfWidth: (t) => width * taper(t, 2.2) ** 0.75,
        bend: (t) => swing * Math.sin(Math.PI * t * 0.92),
        striae: 78 + random.below(14),
        lean: 0,
        axialArea: 0.1,
        centralArea: 0.035,
        raphe: true,
        pores: [1.2, 1.1],
        contrast: between(random, 0.3, 0.42),
      };
    },
  },
  {
    label: 'fragilaria_crotonensis',
    folder: 'Fragilaria',
    valve: (random) => {
      const width = between(random, 0.04, 0.052);
      return {
        kind: 'pennate',
        halfLength: between(random, 80, 94),
        // A needle, swollen in the middle and a little at the poles.
        halfWidth: (t) =>
          width *
          (taper(t, 26) ** 0.5 * (0.78 + 0.55 * bump(t, 0, 0.13)) +
            0.22 * (bump(t, 0.93, 0.05) + bump(t, -0.93, 0.05))) *
          taper(t, 40),
        bend: (t) => 0.012 * Math.cos(Math.PI * t),
        striae: 62 + random.below(10),
        lean: 0,
        axialArea: 0.22,
        centralArea: 0.085,
        raphe: false,
        pores: [9, 0],
        contrast: between(random, 0.6, 0.78),
      };
    },
  },
  {
    label: 'gomphonema_truncatum',
    folder: 'Gomphonema',
    valve: (random) => {
      const width = between(random, 0.27, 0.32);
      return {
        kind: 'pennate',
        halfLength: between(random, 52, 66),
        // A club: a broad head, a waist, a belly, and a foot that runs out thin.
        halfWidth: (t) =>
          width *
          (0.74 * bump(t, 0.7, 0.36) + 0.86 * bump(t, -0.02, 0.4) + 0.3 * bump(t, -0.66, 0.36)) *
          taper(t, 8) ** 0.6,
        bend: straight,
        striae: 38 + random.below(8),
        lean: between(random, 10, 18),
        axialArea: 0.16,
        centralArea: 0.11,
        raphe: true,
        pores: [2.4, 0.9],
        contrast: between(random, 0.5, 0.65),
      };
    },
  },
];
