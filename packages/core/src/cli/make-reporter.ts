import { JsonReporter } from '../report/json.ts';
import { LinesReporter } from '../report/lines.ts';
import { LiveReporter } from '../report/live.ts';
import type { Mask, Reporter, Sink } from '../report/reporter.ts';
import type { CliContext, OutStream } from './context.ts';
import { sourceReader } from './trouble.ts';

/** Picks how a run is shown: JSON lines when asked, live on a terminal, lines everywhere else. */
export function makeReporter(
  context: CliContext,
  mask: Mask,
  options: { readonly json: boolean; readonly quiet: boolean; readonly again: string },
): Reporter {
  const { stdout, stderr, now, cwd } = context.world;
  if (options.json) return new JsonReporter({ out: sinkOf(stdout), mask, date: () => new Date() });
  const common = {
    progress: sinkOf(stderr),
    result: sinkOf(stdout),
    style: context.err,
    resultStyle: context.out,
    mask,
    now,
    again: options.again,
    readSource: sourceReader(cwd),
  };
  return isWatched(context) && !options.quiet
    ? new LiveReporter(common)
    : new LinesReporter({ ...common, quiet: options.quiet });
}

/** Whether somebody looks at the progress on a terminal that can redraw it. */
export function isWatched({ world: { stderr, env } }: CliContext): boolean {
  // CI services give some jobs a terminal; nobody watches it, and its log keeps every frame.
  return stderr.isTTY === true && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
}

export function sinkOf(stream: OutStream): Sink {
  return {
    write: (text) => void stream.write(text),
    // Getters: a terminal may change its size while we run.
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}
