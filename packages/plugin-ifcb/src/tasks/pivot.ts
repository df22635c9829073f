import { defineTask, fileRef, refUrl, sha256, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { utopiaClasses } from '../classify/classes.ts';
import { publishFailures } from '../publish/failures.ts';
import { readAddress } from '../pivot/database.ts';
import { metricsOf } from '../pivot/metrics.ts';
import {
  fillPivot,
  fillPivotServer,
  finishPivot,
  finishPivotServer,
  setUpPivot,
  setUpPivotServer,
  writePivotData,
  writePivotSetUp,
} from '../steps/fill-pivot.ts';
import { splitPredictions } from '../steps/split-predictions.ts';

const name = z.string().trim().min(1).max(255);

/** The database in which people check what a model said. Running it again, or for another dataset, only adds. */
export const pivot = defineTask({
  summary:
    'Fill the database of PIVOT with images, predictions and metrics: SQLite, PostgreSQL, or scripts for Azure SQL',
  description: 'The password of a server is the secret `ifcb-pivot-password`.',
  examples: [
    'runner run ifcb:pivot ./classified/ifcb_predictions.csv --database sqlite:./pivot.db --container gulf2024',
    'runner run ifcb:pivot ./classified/ifcb_predictions.csv --database postgres://pivot@db.example.org/pivot --container gulf2024',
    'runner run ifcb:pivot ./classified/ifcb_predictions.csv --scripts ./pivot-sql --container gulf2024',
  ],
  params: z
    .object({
      predictions: fileRef()
        .describe('Classes and scores: <name>_predictions.csv, or an older *_prediction_results.csv')
        .meta({ positional: true }),
      database: z
        .string()
        .optional()
        .describe('sqlite:<path>, postgres://<user>@<host>/<name> or sqlserver://<user>@<host>/<name>'),
      login: z
        .enum(['secret', 'none'])
        .default('secret')
        .describe('How to log in to a server: with the secret ifcb-pivot-password, or as PGPASSWORD and .pgpass say'),
      scripts: storeUrl().optional().describe('Where scripts for Azure SQL are written, instead of a database'),
      container: name.describe('The blob container of the images; with it, a dataset'),
      name: name.optional().describe('What people choose the dataset by; the container by default'),
      model: name.default('cnn').describe('The name of the model; another model needs another name'),
      modelLink: z.string().optional().describe('Where the model is'),
      classes: source(z.array(name).min(2))
        .default([...utopiaClasses])
        .describe('Class names by number for an older *_prediction_results.csv; those of UTOPIA by default'),
      prefix: z
        .string()
        .default('ml/')
        .describe(
          'What stands in the container before the paths of the table, or before <bin>/<bin>_NNNNN.png without paths',
        ),
      testSize: z.int().min(0).default(0).describe('Images set aside by lot to test models with'),
      seed: z.int().default(1).describe('Decides the lots'),
    })
    .superRefine((of, context) => {
      if ((of.database === undefined) === (of.scripts === undefined))
        context.addIssue({ code: 'custom', message: 'give either --database or --scripts', path: ['database'] });
    }),
  outputs: z.object({ bins: z.int(), images: z.int(), predictions: z.int(), metrics: z.int(), testSet: z.int() }),
  steps: {
    splitPredictions,
    setUpPivot,
    setUpPivotServer,
    fillPivot,
    fillPivotServer,
    finishPivot,
    finishPivotServer,
    writePivotSetUp,
    writePivotData,
  },

  async run({ params, map, once, log }) {
    const {
      predictions,
      database,
      scripts,
      container,
      model,
      modelLink = null,
      classes,
      prefix,
      testSize,
      seed,
    } = params;
    const kind = database === undefined ? 'tsql' : readAddress(database).kind;
    const login = kind === 'sqlite' ? 'none' : params.login;
    // 1. Take the predictions apart by bin.
    const into = `work:ifcb/pivot/${sha256(refUrl(predictions)).slice(-16)}`;
    const bins = map(splitPredictions, [predictions], { into, exact: true, uses: { classes }, key: () => 'all' });
    const [first] = await bins.toArray();
    const names = first === undefined ? classes : [...first.names];
    if (names.length === 0)
      throw publishFailures['prediction-invalid']({
        file: refUrl(predictions),
        line: 1,
        why: 'there is no column score_<class>; people are asked by the scores of all classes',
      });
    const set = { container, name: params.name ?? container, model, modelLink, classes: names, seed };
    // 2. Make the tables, and the rows every image refers to.
    // 3. Add the images of each bin.
    if (database === undefined) {
      await once(writePivotSetUp, set, { into: scripts! });
      const written = await map(writePivotData, bins, { into: scripts!, uses: { set, prefix } }).toArray();
      const images = written.reduce((sum, bin) => sum + bin.images, 0);
      const perImage = metricsOf({ path: '', scores: [], classes: names }, { seed }).length;
      // Which images are there is known to the database alone.
      if (testSize > 0)
        log(
          `the scripts set no test set aside: EXEC dbo.GENERATE_RANDOM_TEST_SET ${testSize}, '' does when the data is in`,
        );
      return { bins: written.length, images, predictions: images, metrics: images * perImage, testSet: 0 };
    }
    const target = { database, login, set, prefix };
    const [tables, images, end] =
      login === 'none' ? [setUpPivot, fillPivot, finishPivot] : [setUpPivotServer, fillPivotServer, finishPivotServer];
    await once(tables, target);
    const count = await map(images, bins, { uses: target }).count();
    // 4. Set images aside for tests, and count.
    return { bins: count, ...(await once(end, { target, testSize })) };
  },

  render: ({ bins, images, predictions, metrics, testSet }) =>
    `${images} images, ${predictions} predictions and ${metrics} metrics of this run's ${bins} bins and earlier ones; ${testSet} images in the test set`,
});
