import { defineTask, fileRef, listFiles, refUrl, storeUrl, z } from '@dataset-runner/core/plugin';
import { seabassFailures } from '../seabass/failures.ts';
import { checkSbFile } from '../steps/check-sb-file.ts';
import { judgeSbFile } from '../steps/judge-sb-file.ts';
import { writeFindings } from '../steps/write-findings.ts';

/** What NASA would say of SeaBASS files, before they are sent. */
export const seabassCheck = defineTask({
  summary: 'Check SeaBASS files by the rules of FCHECK and those of plankton imagery',
  examples: ['runner run ifcb:seabass-check ./seabass --out ./checked'],
  params: z.object({
    files: storeUrl().describe('SeaBASS files, *.sb').meta({ positional: true }),
    out: storeUrl().describe('Where findings.csv is written').meta({ short: 'o' }),
    fcheck: fileRef().optional().describe("FCHECK's own table fcheck.ini, for fields of other kinds of data"),
    dataTypes: z.array(z.string()).default([]).describe('Further values of /data_type that are accepted'),
  }),
  outputs: z.object({
    files: z.int(),
    filesWithErrors: z.int(),
    errors: z.int(),
    warnings: z.int(),
    csv: fileRef(),
  }),
  steps: { checkSbFile, writeFindings, judgeSbFile },

  async run({ params, map, once, store }) {
    const { files: place, out, fcheck, dataTypes } = params;
    const files = await listFiles(await store(place), { keep: ({ key }) => key.toLowerCase().endsWith('.sb') });
    if (files.length === 0) throw seabassFailures['seabass-none']({ place });
    // 1. Check each file. A file that passed is checked again when the day has changed: dates are compared with it.
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const checked = map(checkSbFile, files, { uses: { today, fcheck: fcheck ?? null, dataTypes } });
    // 2. Write what was found.
    const found = await once(writeFindings, { checked }, { into: out });
    // 3. Fail those with errors, each by name.
    await map(judgeSbFile, checked, { partial: 'allow' });
    return found;
  },

  render: ({ files, filesWithErrors, errors, warnings, csv }) =>
    `${files} files: ${errors} errors in ${filesWithErrors}, ${warnings} warnings, in ${refUrl(csv)} and in runner logs`,
});
