/** A text that breaks the rules of its format, with the line of the first fault. */
export class LineFault extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.name = 'LineFault';
    this.line = line;
  }
}
