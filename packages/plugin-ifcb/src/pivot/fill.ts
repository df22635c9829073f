import { type Database, inTransaction, type SqlValue } from './database.ts';
import type { PivotImage, PivotSet } from './pivot-set.ts';
import { pivotFailures } from './failures.ts';
import { classMapText, metricsOf } from './metrics.ts';
import { fixedRows, tablesOf, viewsOf } from './schema.ts';

/**
 * Makes what is not there yet: tables, views, the fixed rows, the dataset and the model. Twice is as good as once.
 *
 * Throws `ifcb.pivot-model`, and makes nothing, where a model of that name has other classes.
 */
export async function setUp(database: Database, set: PivotSet): Promise<void> {
  const add = (table: string, columns: string, values: readonly SqlValue[]): Promise<unknown> =>
    database.query(
      `INSERT INTO ${table} (${columns}) VALUES (${values.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
      values,
    );
  await inTransaction(database, async () => {
    // Two who set up at once wait for each other: PostgreSQL's CREATE IF NOT EXISTS alone does not.
    if (database.dialect === 'postgres') await database.query('SELECT pg_advisory_xact_lock(4927)');
    for (const { name, body } of tablesOf(database.dialect))
      await database.query(`CREATE TABLE IF NOT EXISTS ${name} (${body})`);
    for (const { name, select } of viewsOf(database.dialect)) {
      const create = database.dialect === 'sqlite' ? 'CREATE VIEW IF NOT EXISTS' : 'CREATE OR REPLACE VIEW';
      await database.query(`${create} ${name} AS ${select}`);
    }
    for (const row of fixedRows.models) await add('models', 'm_id, model_name, model_link, class_map', row);
    for (const row of fixedRows.dissimilarity) await add('dissimilarity', 'd_id, name, formula', row);
    for (const row of fixedRows.users) await add('users', 'email, name, lab, experience', row);
    await add('datasets', 'container, selectbox_name', [set.container, set.name]);
    const model = [set.model, set.modelLink, classMapText(set.classes)];
    await add('models', 'model_name, model_link, class_map', model);
    const named = await database.query('SELECT class_map FROM models WHERE model_name = ?', [set.model]);
    const [known, given] = [String(named[0]?.['class_map']), classMapText(set.classes)];
    // Two sets of classes under one name could never be told apart again; and `random_sample` is no model.
    if (known !== given) throw pivotFailures['pivot-model']({ model: set.model, known, given });
  });
}

// How rows that are one JSON text become a table; a statement of any number of rows then has a handful of values.
const rowsOf = {
  sqlite: `(SELECT value ->> 'path' AS path, value ->> 'label' AS label, value ->> 'probs' AS probs, value ->> 'metric' AS metric, value ->> 'value' AS d_value FROM json_each(?)) j`,
  postgres: `(SELECT path, label, probs, metric, value AS d_value FROM json_to_recordset(?::json) AS r(path text, label text, probs text, metric int, value double precision)) j`,
};

/**
 * Adds images with their predictions and metrics, whole or not at all. What is there already stays as it is: people's
 * labels have changed the metrics, and another model has another name.
 */
export async function addImages(database: Database, set: PivotSet, images: readonly PivotImage[]): Promise<void> {
  const rows = rowsOf[database.dialect];
  const { container, model, classes, seed } = set;
  const probs = (scores: readonly number[]): string =>
    JSON.stringify(Object.fromEntries(classes.map((name, at) => [name, scores[at]])));
  const predictions = images.map(({ path, label, scores }) => ({ path, label, probs: probs(scores) }));
  const metrics = images.flatMap(({ path, scores }) =>
    metricsOf({ path, scores, classes }, { seed }).map(({ metric, value }) => ({ path, metric, value })),
  );
  await inTransaction(database, async () => {
    const paths = JSON.stringify(predictions.map(({ path }) => ({ path })));
    await database.query(
      `INSERT INTO images (container, filepath) SELECT CAST(? AS VARCHAR(255)), j.path FROM ${rows} WHERE true ON CONFLICT DO NOTHING`,
      [container, paths],
    );
    const of = `FROM ${rows} JOIN images i ON i.container = ? AND i.filepath = j.path JOIN models m ON m.model_name = ? WHERE true ON CONFLICT DO NOTHING`;
    await database.query(
      `INSERT INTO predictions (m_id, i_id, class_prob, pred_label) SELECT m.m_id, i.i_id, j.probs, j.label ${of}`,
      [JSON.stringify(predictions), container, model],
    );
    await database.query(
      `INSERT INTO metrics (i_id, m_id, d_id, d_value) SELECT i.i_id, m.m_id, j.metric, j.d_value ${of}`,
      [JSON.stringify(metrics), container, model],
    );
  });
}

/** How many rows a dataset has by now. */
export interface PivotCounts {
  readonly images: number;
  readonly predictions: number;
  readonly metrics: number;
  /** Images set aside to test models with, whatever the model. */
  readonly testSet: number;
}

/**
 * Fills the test set up to a size with images chosen by lot (metric 0 of the model 0), and counts what is there.
 */
export async function finish(
  database: Database,
  set: PivotSet,
  { testSize }: { readonly testSize: number },
): Promise<PivotCounts> {
  const { container, model } = set;
  const count = async (sql: string, values: readonly SqlValue[]): Promise<number> =>
    Number((await database.query(`SELECT COUNT(*) AS n FROM ${sql}`, values))[0]!['n']);
  const inSet = 'metrics t JOIN images i ON i.i_id = t.i_id WHERE i.container = ? AND t.m_id = 0 AND t.d_id = 0';
  const missing = testSize - (await count(inSet, [container]));
  if (missing > 0)
    await database.query(
      `INSERT INTO metrics (i_id, m_id, d_id, d_value) SELECT t.i_id, 0, 0, 1 FROM metrics t JOIN images i ON i.i_id = t.i_id JOIN models m ON m.m_id = t.m_id WHERE i.container = ? AND m.model_name = ? AND t.d_id = 0 AND NOT EXISTS (SELECT 1 FROM metrics o WHERE o.i_id = t.i_id AND o.m_id = 0 AND o.d_id = 0) ORDER BY t.d_value, t.i_id LIMIT ${Math.trunc(missing)} ON CONFLICT DO NOTHING`,
      [container, model],
    );
  const of = (table: string): string =>
    `${table} t JOIN images i ON i.i_id = t.i_id JOIN models m ON m.m_id = t.m_id WHERE i.container = ? AND m.model_name = ?`;
  return {
    images: await count('images WHERE container = ?', [container]),
    predictions: await count(of('predictions'), [container, model]),
    metrics: await count(of('metrics'), [container, model]),
    testSet: await count(inSet, [container]),
  };
}
