/** A value named instead of written: from the environment, a file, or a program's output. */
export interface Reference {
  readonly kind: 'env' | 'file' | 'cmd';
  /** The variable, the path, or the command line. */
  readonly target: string;
}

/** Reads `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGS`; undefined for any other text, `file:///` URLs included. */
export function parseReference(text: string): Reference | undefined {
  const match = /^(env|file|cmd):(?!\/\/)\s*(\S.*)$/s.exec(text);
  if (match === null) return undefined;
  return { kind: match[1] as Reference['kind'], target: (match[2] as string).trimEnd() };
}
