/**
 * Ends the planning of a dry run at the first result that is not known yet; what lies behind is decided when
 * the run gets there. Not a failure.
 */
export class DecidedLater extends Error {
  readonly after: string;
  constructor(after: string) {
    super(`decided after ${after}`);
    this.after = after;
  }
}
