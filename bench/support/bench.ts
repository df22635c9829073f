import type { Project } from './project.ts';
import type { Row } from './row.ts';

/** One bench: measures ours and what it stands beside, in turn, and gives the rows. */
export interface Bench {
  readonly name: string;
  run(scene: Scene): Promise<readonly Row[]>;
}

/** What a bench works with. */
export interface Scene {
  /** As many items as asked, or a hundredth in a quick run. */
  readonly items: (full: number) => number;
  /** As many rounds as asked, or one in a quick run. */
  readonly rounds: (full: number) => number;
  /** A fresh folder below the one that is removed when all benches are over. */
  readonly folder: (name: string) => string;
  readonly project: (name: string, packages?: readonly string[]) => Project;
  /** One line of progress. */
  readonly say: (text: string) => void;
}
