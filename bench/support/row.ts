import type { Spread } from './spread.ts';

export type Unit = 'ms' | 's' | 'us/item' | 'MB' | 'requests';

/**
 * What our figure stands beside, measured in the same run.
 *
 * A floor is the least that any program doing this on this machine must spend; a rival does the same for its users.
 */
export interface Beside {
  readonly kind: 'floor' | 'rival';
  readonly name: string;
  /** Absent when it could not be measured; `name` then says why. */
  readonly value?: Spread;
}

/** One line of the table: ours beside one other. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: Spread;
  readonly beside: Beside;
  /** Ours is to be at most this, on the 2-core reference machine. */
  readonly goal?: number;
}

/** Ours divided by the other's: the figure that is claimed, because it holds on other machines too. */
export function ratioOf({ ours, beside }: Row): number | undefined {
  return beside.value === undefined ? undefined : ours.median / beside.value.median;
}

export function verdictOf({ ours, goal }: Row): 'met' | 'missed' | 'no goal' {
  if (goal === undefined) return 'no goal';
  return ours.median <= goal ? 'met' : 'missed';
}
