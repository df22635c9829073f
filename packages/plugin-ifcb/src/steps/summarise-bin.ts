import { defineStep, refUrl, type Tools } from '@dataset-runner/core/plugin';
import type { BinTables } from '../plan/plan-tables.ts';
import { readParticles } from '../publish/particle.ts';
import { decodeClasses } from '../publish/predictions.ts';
import { type BinSummary, summarise, type SummarySettings } from '../report/summary.ts';

/** Sums one bin by class. */
export const summariseBin = defineStep({
  name: 'summarise-bin',
  needs: { cpu: true },
  async work(
    { key, features, images, classes }: BinTables,
    { bytes, uses }: Tools<SummarySettings>,
  ): Promise<BinSummary> {
    const byRoi = classes === undefined ? undefined : decodeClasses(await bytes(classes), refUrl(classes));
    const particles = readParticles(await bytes(features), { file: refUrl(features), images, classes: byRoi });
    return summarise(key, particles, uses);
  },
});
