import { defineTask, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { refuseOwnInput } from '@dataset-runner/kit/output-place';
import { utopiaClasses } from '../classify/classes.ts';
import { planTables } from '../plan/plan-tables.ts';
import { usualNames } from '../seabass/class-map.ts';
import { documentNames } from '../seabass/documents.ts';
import { stemOf, type Submission } from '../seabass/submission.ts';
import { packArchive } from '../steps/pack-archive.ts';
import { splitPredictions } from '../steps/split-predictions.ts';
import { writeSbDocuments } from '../steps/write-sb-documents.ts';
import { writeSbFile } from '../steps/write-sb-file.ts';

const name = z.string().trim().min(1);
const person = z.object({ name, affiliation: name, email: z.email() });

/** Data of a cruise as NASA's SeaBASS takes it: a file for each bin, and the documents that go with them. */
export const seabass = defineTask({
  summary: 'Write SeaBASS files of features, classes and metadata, one for each bin, and their documents',
  examples: [
    'runner run ifcb:seabass ./features --predictions ./classified/ifcb_predictions.csv --metadata ./metadata/metadata.csv,./qc/qc.csv --experiment EXPORTS --cruise EXPORTSNP --investigators ./people.json --documents protocol.docx --out ./seabass',
  ],
  params: z.object({
    features: storeUrl().describe('Features by bin, or the ml folders of the old chain').meta({ positional: true }),
    predictions: fileRef().describe('Classes: <name>_predictions.csv, or an older *_prediction_results.csv'),
    metadata: z
      .array(fileRef())
      .min(1)
      .describe('Tables with positions and volumes by bin; the first that knows a thing counts'),
    experiment: name.describe('/experiment'),
    cruise: name.describe('/cruise, a part of the experiment'),
    investigators: source(z.array(person).min(1)).describe('Name, affiliation and e-mail of each investigator'),
    documents: z.array(name).min(1).describe('Names of your own documents, the protocol first'),
    out: storeUrl().describe('Where the files are written').meta({ short: 'o' }),
    dataStatus: z.enum(['preliminary', 'update', 'final']).default('preliminary').describe('/data_status'),
    release: z.int().min(1).default(1).describe('How often the files were sent, this time included'),
    classMap: source(z.record(z.string(), z.object({ name, id: z.union([z.int().positive(), name]) })))
      .default({})
      .describe('Scientific name and AphiaID, LSID or ptwg: term by class; added to those of the UTOPIA classes'),
    classes: source(z.array(name).min(2))
      .optional()
      .describe('Class names by number for an older *_prediction_results.csv; those of UTOPIA by default'),
    pixelsPerUm: z.number().positive().default(2.7488).describe('Calibration, pixels per micrometre'),
    mediaUrl: z.url().optional().describe('What stands before the names of images: https://.../'),
    mediaEnding: z.string().default('.png').describe('What stands behind them'),
    trigger: z
      .enum(['chlorophyll', 'scattering', 'both'])
      .default('chlorophyll')
      .describe('What made the instrument take an image'),
    sampleType: name.default('inline').describe('How samples were taken, where no table tells'),
    depth: z.number().min(0).default(5).describe('From what depth, where no table tells, metres'),
    volumeSampledMl: z.number().positive().default(5).describe('How much water was taken in, where no table tells, ml'),
    notes: z.array(z.string()).default([]).describe('Comments for the header'),
    raw: storeUrl().optional().describe('Raw bins that are packed into an archive'),
    images: storeUrl().optional().describe('Images that are packed into an archive'),
  }),
  outputs: z.object({
    seabass: z.string().meta({ 'x-runner': 'place' }),
    files: z.int(),
    rows: z.int(),
    documents: z.array(fileRef()),
  }),
  steps: { splitPredictions, writeSbFile, writeSbDocuments, packArchive },

  async run({ params, map, once, store, log }) {
    const {
      features,
      predictions,
      metadata,
      out,
      raw,
      images,
      classes = utopiaClasses,
      classMap,
      mediaUrl = null,
      ...of
    } = params;
    const stem = stemOf(of);
    const wanted = [
      { name: `${stem}_IFCB_raw_data_associated.tgz`, type: 'raw', from: raw },
      { name: `${stem}_IFCB_images_associated.tgz`, type: 'planktonic', from: images },
    ] as const;
    const packed = wanted.flatMap(({ from, ...archive }) => (from === undefined ? [] : [{ ...archive, from }]));
    for (const { from } of packed) await refuseOwnInput(store, { output: out, input: from });
    const submission: Submission = {
      ...of,
      mediaUrl,
      // A path says where the document lies here; the header names it alone.
      documents: [...of.documents.map((path) => path.slice(path.lastIndexOf('/') + 1)), ...documentNames(of)],
      archives: packed.map(({ name: archive, type }) => ({ name: archive, type })),
      classMap: { ...usualNames, ...classMap },
    };
    // 1. Put features and classes together by bin.
    const { tables, scored } = await planTables({ features, predictions, classes }, { store, map, log });
    // 2. Write the file of each bin, and check it.
    const written = map(writeSbFile, tables, {
      into: out,
      uses: { metadata, submission },
      partial: 'allow',
      exact: true,
    });
    // 3. Pack the archives.
    const archives = packed.map(async ({ name: key, from }) => ({ key, files: await listFiles(await store(from)) }));
    await map(packArchive, await Promise.all(archives), { into: out });
    // 4. Write the documents: they tell what was looked for, whether it was found or not.
    const looked = Object.groupBy(scored.length > 0 ? scored : Object.keys(classMap), (one) =>
      Object.hasOwn(submission.classMap, one) ? 'assessed' : 'unnamed',
    );
    for (const unnamed of looked.unnamed ?? [])
      log(`the class '${unnamed}' has no scientific name and is left out of the documents; --class-map gives it one`);
    const { files, rows, documents } = await once(
      writeSbDocuments,
      { written, assessed: looked.assessed ?? [] },
      { into: out, uses: { submission } },
    );
    return { seabass: out, files, rows, documents: [...documents] };
  },

  render: ({ seabass: place, files, rows }) =>
    `${rows} images in ${files} SeaBASS files in ${place}; send nothing before ifcb:seabass-check`,
});
