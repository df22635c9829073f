// `--import`ed into a runner that is measured: at its end it notes what the whole process, workers included, has used.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

export interface ProcessNote {
  /** The most memory it ever held; VmHWM in the words of Linux. */
  readonly peakMb: number;
  /** Seconds of all its threads. */
  readonly userS: number;
  readonly systemS: number;
}

const file = process.env['BENCH_PROCESS_NOTE'];
// Workers and child processes import this too; without the variable they note nothing.
if (file !== undefined && isMainThread) {
  delete process.env['BENCH_PROCESS_NOTE'];
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const note: ProcessNote = { peakMb: maxRSS / 1_024, userS: userCPUTime / 1e6, systemS: systemCPUTime / 1e6 };
    writeFileSync(file, JSON.stringify(note));
  });
}
