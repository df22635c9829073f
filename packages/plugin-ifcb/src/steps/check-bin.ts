import { defineStep, type Failure, failureOf, type Tools } from '@dataset-runner/core/plugin';
import { parseBinId } from '../bins/bin-id.ts';
import type { BinFiles } from '../bins/find-bins.ts';
import { readBinTables } from '../bins/read-bin.ts';
import { type Volume, type Volumes, volumesOf } from '../bins/volume.ts';
import { judge, passes, type QcLimits } from '../qc/judge.ts';
import type { QcRow } from '../qc/qc-row.ts';

/** Looks at one bin without its images. What is wrong with it is its row, never a failure. */
export const checkBin = defineStep({
  name: 'check-bin',
  // 2: no position that is not on earth.
  // 3: an advisory says so.
  // 4: a time that no cell tells fails nothing, and no image begins before its file.
  // 5: a position's time without a zone is UTC.
  version: 5,
  needs: { cpu: true },
  async work(files: BinFiles, { bytes, uses }: Tools<QcLimits>): Promise<QcRow> {
    const id = parseBinId(files.key)!;
    const missing = (['hdr', 'roi'] as const).filter((kind) => files[kind] === undefined);
    let [tables, problem]: [Awaited<ReturnType<typeof readBinTables>> | undefined, string | null] = [undefined, null];
    try {
      tables = await readBinTables(files, bytes);
    } catch (error) {
      problem = problemOf(error);
    }
    const volumes: Volumes = tables === undefined ? {} : volumesOf(tables);
    const evidence = { startMs: id.startMs, missing, ...tables, volumes, roiBytes: files.roi?.size };
    const verdict = judge(evidence, uses);
    const { header, adc } = tables ?? {};
    return {
      key: files.key,
      time: new Date(id.startMs).toISOString(),
      instrument: id.instrument,
      passed: problem === null && passes(verdict),
      ...verdict,
      advisories: verdict.advisories.join('; '),
      problem,
      triggers: adc?.triggerCount ?? null,
      rows: adc?.rowCount ?? null,
      images: adc?.boxes.length ?? null,
      roiBytes: files.roi?.size ?? null,
      ...volumeCells('Header', volumes.header),
      ...volumeCells('Adc', volumes.adc),
      ...volumeCells('Best', volumes.best),
      temperatureC: header?.temperatureC ?? null,
      humidityPercent: header?.humidityPercent ?? null,
      latitude: header?.latitude ?? null,
      longitude: header?.longitude ?? null,
      gpsTime: header?.gpsTime ?? null,
    } as QcRow;
  },
});

function volumeCells(by: string, volume: Volume | undefined): { readonly [name: string]: number | null } {
  const cell = (value: number | undefined): number | null =>
    value === undefined || Number.isNaN(value) ? null : value;
  return {
    [`ml${by}`]: cell(volume?.ml),
    [`run${by}S`]: cell(volume?.runS),
    [`inhibit${by}S`]: cell(volume?.inhibitS),
  };
}

/** What this plugin found in the bin's bytes; a store that does not answer is no property of the bin. */
function problemOf(error: unknown): string {
  const failure: Failure | undefined = failureOf(error);
  if (failure === undefined || !failure.code.startsWith('ifcb.')) throw error;
  return error instanceof Error ? error.message : failure.code;
}
