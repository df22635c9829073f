import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What figures depend on; stands in every result file. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly sqlite: string;
  /** Load over 1, 5 and 15 minutes before the first measurement: well below 1, or the figures say little. */
  readonly load: readonly number[];
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? 'unknown',
    load: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}
