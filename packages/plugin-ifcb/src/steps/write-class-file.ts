import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { parseImageName } from '../bins/bin-id.ts';

import { decodeScores, verdictsOf } from '../classify/scores.ts';
import type { Judging, Scored } from '../classify/scored.ts';
import { writeClassHdf5 } from '../classify/class-hdf5.ts';
import { unclassified } from '../classify/verdict-rows.ts';

/** Writes the class file of a bin that the IFCB Dashboard reads; null for images of no bin. */
export const writeClassFile = defineStep({
  name: 'write-class-file',
  needs: { cpu: true },
  async work({ key, isBin, scores: file }: Scored, { uses, bytes, output }: Tools<Judging>): Promise<FileRef | null> {
    if (!isBin) return null;
    const found = decodeScores(await bytes(file));
    const verdicts = [...verdictsOf(found, uses.thresholds)];
    const path = `class/${key}_class.h5`;
    await writeClassHdf5(await output.path(path), {
      bin: key,
      model: uses.model,
      classes: uses.classes,
      thresholds: uses.thresholds,
      scores: found.scores,
      rois: found.images.map((image) => parseImageName(image.slice(image.lastIndexOf('/') + 1))?.target ?? 0),
      best: verdicts.map(({ best }) => best),
      names: verdicts.map(({ best, isCertain }) => (isCertain ? (uses.classes[best] ?? '') : unclassified)),
    });
    return output.wrote(path);
  },
});
