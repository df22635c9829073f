import type { CompareBy, Ends, TransferRequest } from '../../app/transfer/request.ts';
import { fail, failureOf } from '../../model/failure.ts';
import { TransferDisplay, type TransferLook } from '../../report/transfer-display.ts';
import { changeText, failedLines, transferLines } from '../../report/transfer-text.ts';
import { byteCount } from '../byte-count.ts';
import { exitCodeOfFailures, exitCodes } from '../exit-code.ts';
import { fileAt } from '../file-at.ts';
import { isWatched, sinkOf } from '../make-reporter.ts';
import type { ParsedLine } from '../parsed-line.ts';
import { RunnerCommand } from '../runner-command.ts';
import { SignalHandling } from '../signals.ts';
import { endsOf } from '../transfer-ends.ts';

export const compareWays = ['time', 'size', 'checksum'] as const satisfies readonly CompareBy[];

/** What `store cp`, `mv` and `sync` have in common: all but what they make of their words. */
abstract class TransferCommand extends RunnerCommand {
  protected abstract readonly how: TransferRequest['how'];
  protected readonly by: CompareBy = 'time';

  protected abstract ends(line: ParsedLine): Promise<Ends>;

  async run(): Promise<number> {
    const line = await this.readLine();
    const request = { ...(await this.ends(line)), ...this.#settings(line) };
    const runner = await this.context.runner();
    const { stdout, stderr, now } = this.context.world;
    const json = line.has('json');
    const look: TransferLook = json ? 'json' : line.has('quiet') ? 'quiet' : isWatched(this.context) ? 'live' : 'lines';
    const sink = sinkOf(json ? stdout : stderr);
    const display = new TransferDisplay({ look, sink, style: this.context.err, mask: runner.mask, now });
    using signals = new SignalHandling((how) =>
      display.note(how === 'drain' ? 'Stopping: files under way are finished first.' : 'Stopping now.'),
    );
    try {
      const watch = {
        progress: display.progress.bind(display),
        failed: display.failed.bind(display),
        note: display.note.bind(display),
        change: (change: Parameters<typeof changeText>[0]) =>
          void stdout.write(`${json ? JSON.stringify({ type: 'change', ...change }) : changeText(change)}\n`),
      };
      const report = await runner
        .transfer(request, watch, signals.signals)
        .catch((error: unknown) => this.#explain(error, request));
      display.close();
      if (json) stdout.write(`${JSON.stringify(runner.mask.redactJson({ type: 'report', ...report }))}\n`);
      else
        this.context.print([
          ...transferLines(report, this.context.layout),
          ...failedLines(report, this.context.layout),
        ]);
      if (report.outcome === 'interrupted') return exitCodes.interrupted;
      if (report.failureCount > 0) return exitCodeOfFailures(report);
      return report.kept.length > 0 ? exitCodes.failed : exitCodes.ok;
    } finally {
      display.close();
    }
  }

  // A place without files is looked at once more before it is called missing: it may be a file.
  async #explain(error: unknown, { from, file }: Ends): Promise<never> {
    const failure = failureOf(error);
    if (failure?.code !== 'store.missing' || file !== undefined) throw error;
    const runner = await this.context.runner();
    if ((await fileAt(from, (place) => runner.store(place))) === undefined) throw error;
    throw fail('usage.invalid', {
      message: `${from} is a file, where a folder is wanted`,
      hint: 'Copy a single file with: runner store cp',
    });
  }

  #settings(line: ParsedLine): Omit<TransferRequest, keyof Ends> {
    const jobs = line.positive('jobs');
    const limit = line.text('bandwidth-limit');
    return {
      how: this.how,
      by: line.choice('compare', compareWays) ?? this.by,
      deleteExtra: line.has('delete'),
      dryRun: line.has('dry-run'),
      overwrite: line.has('overwrite'),
      verify: line.has('verify'),
      wait: !line.has('no-wait'),
      ...(jobs === undefined ? {} : { jobs }),
      ...(limit === undefined ? {} : { bytesPerSecond: byteCount('--bandwidth-limit', limit) }),
    };
  }
}

abstract class FileOrFolderCommand extends TransferCommand {
  protected async ends(line: ParsedLine): Promise<Ends> {
    const runner = await this.context.runner();
    return endsOf(line.arg('from'), line.arg('to'), (place) => runner.store(place));
  }
}

/** `runner store cp`: one file, or a folder with all below it. */
export class StoreCpCommand extends FileOrFolderCommand {
  protected readonly how = 'copy';
}

/** `runner store mv`: copies, and then removes what was copied. */
export class StoreMvCommand extends FileOrFolderCommand {
  protected readonly how = 'move';
  // What is taken for the same is removed, so only the same bytes are.
  protected override readonly by = 'checksum';
}

/** `runner store sync`: makes one place like another. */
export class StoreSyncCommand extends TransferCommand {
  protected readonly how = 'sync';

  protected ends(line: ParsedLine): Promise<Ends> {
    return Promise.resolve({ from: line.arg('from'), to: line.arg('to') });
  }
}
