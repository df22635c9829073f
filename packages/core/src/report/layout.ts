import type { Style } from './style.ts';

/** What text for people is made for. */
export interface Layout {
  readonly style: Style;
  /** Cells of the terminal, 80 in many; infinite where lines are never to be broken. */
  readonly width: number;
}
