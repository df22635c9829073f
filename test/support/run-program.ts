import { spawn } from 'node:child_process';

export interface ProgramEnd {
  /** Exit code, or -1 when a signal ended it. */
  readonly code: number;
  /** Standard output and error together, in the order they came. */
  readonly output: string;
}

/** Runs a JavaScript or TypeScript file on the Node of the tests, to its end. */
export function runProgram(
  file: string,
  args: readonly string[] = [],
  cwd: string = process.cwd(),
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
    const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => void (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
