import { source, z } from '@dataset-runner/core/plugin';
import { fileListSchema } from './source.ts';

/** The archives of a set. */
export const fileListParam = {
  fileList: source(fileListSchema).describe('The archives: a path, a store URL, an env: or cmd: reference'),
};

/** How pictures are divided; see `Division`. */
export const divisionParams = {
  testCount: z.int().min(0).default(10).describe('Pictures of each species kept for testing'),
  testShare: z.number().gt(0).lt(1).optional().describe('A share of each species for testing, instead of a count'),
  seed: z.int().default(1).describe('Seed of the shuffle'),
  groupBy: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Pattern whose first capture in the file name (in the path, if it has a '/') is the specimen; specimens are never split",
    ),
  smallClass: z
    .enum(['error', 'warn', 'all-train'])
    .default('error')
    .describe('A species too small for both splits: refuse, split as far as it goes, or train only'),
  sticky: z.boolean().default(false).describe('Keep every picture in the split it has in the set that is there'),
};

/** What the zip holds beside the pictures. */
export const includeParam = {
  include: z
    .array(z.enum(['downloads', 'manifest']))
    .default([])
    .describe('What the zip holds beside results/'),
};

export const leakParams = {
  leakDistance: z
    .int()
    .min(0)
    .max(15)
    .default(4)
    .describe('Bits two perceptual hashes may differ and still be reported'),
  onLeak: z.enum(['report', 'error']).default('report').describe('What to do about the same picture in two splits'),
};
