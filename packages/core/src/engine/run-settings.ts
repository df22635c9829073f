/** How a run is to go, whatever it runs: what the command line and an embedder may say. */
export interface RunSettings {
  /** Plan, and write nothing. */
  readonly dryRun: boolean;
  /** Run items that are up to date too. */
  readonly force: boolean;
  /** Items at once; the processors decide when it is absent. */
  readonly jobs?: number;
  /** After a failed item, start the others or no more. */
  readonly onFailure: 'finish' | 'stop';
  /** Replace foreign files in the way. */
  readonly overwrite: boolean;
  /** Wait for another runner that holds the same line; otherwise fail with `state.held`. */
  readonly wait: boolean;
  /** Read bytes where listings alone would do. */
  readonly verify: boolean;
}

/** How a run is ended from outside. */
export interface RunSignals {
  /** First interrupt: start nothing new; finish what runs. */
  readonly drain: AbortSignal;
  /** Second interrupt: end what runs. */
  readonly stop: AbortSignal;
}
