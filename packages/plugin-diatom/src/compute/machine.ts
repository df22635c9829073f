/**
 * A machine to train on: something that starts, takes files, runs commands, gives files back and stops.
 *
 * The set's place on it is a folder of its own, in which commands run; names are file names in that folder.
 */
export interface Machine {
  /** Resolves when commands can be run. */
  start(): Promise<void>;
  send(localPath: string, name: string): Promise<void>;
  /** Runs a program in the folder; fails with `diatom.program-failed` and its last lines. */
  run(words: readonly string[]): Promise<void>;
  fetch(name: string, localPath: string): Promise<void>;
  /** Ends everything `start` began. It may be called on a machine that never started, and twice. */
  stop(): Promise<void>;
}

/** What a machine may use of the step that drives it. */
export interface MachineTools {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}
