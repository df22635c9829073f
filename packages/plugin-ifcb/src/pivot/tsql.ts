import type { PivotImage, PivotSet } from './pivot-set.ts';
import { classMapText, metricsOf } from './metrics.ts';
import { fixedRows, tablesOf, viewsOf } from './schema.ts';

/** Rows in one INSERT; SQL Server takes no more. */
const rowsAtOnce = 1_000;

interface Procedure {
  readonly name: string;
  readonly params: string;
  readonly body: string;
}

const excluded = `(SELECT TRY_CAST(value AS INT) FROM STRING_SPLIT(@IMAGE_IDS, ',') WHERE TRY_CAST(value AS INT) IS NOT NULL)`;
const ofContainer = '@CONTAINER IS NULL OR container = @CONTAINER';

/** PIVOT's stored procedures by their names and parameters; they read the views. */
const procedures: readonly Procedure[] = [
  {
    name: 'GENERATE_RANDOM_TEST_SET',
    params: '@TEST_SIZE INT, @IMAGE_IDS VARCHAR(MAX)',
    body: `INSERT INTO metrics (i_id, m_id, d_id, d_value) SELECT TOP (@TEST_SIZE) i.i_id, 0, 0, 1 FROM images i WHERE i.i_id NOT IN ${excluded} AND NOT EXISTS (SELECT 1 FROM metrics t WHERE t.i_id = i.i_id AND t.m_id = 0 AND t.d_id = 0) ORDER BY NEWID()`,
  },
  {
    name: 'GENERATE_IMAGES_TO_METRIZE',
    params: '@MODEL_ID INT, @D_ID INT',
    body: 'SELECT image_id AS IMAGE_ID, probs AS PROBS FROM images_to_metrize WHERE m_id = @MODEL_ID AND d_id = @D_ID',
  },
  {
    name: 'GENERATE_IMAGES_TO_PREDICT',
    params: '@MODEL_ID INT, @CONTAINER VARCHAR(255)',
    body: 'SELECT image_id AS IMAGE_ID, blob_filepath AS BLOB_FILEPATH FROM images_to_predict WHERE m_id = @MODEL_ID AND container = @CONTAINER',
  },
  {
    name: 'AL_RANKINGS',
    params: '@MODEL_ID INT, @D_METRIC_ID INT, @BATCH_SIZE INT, @CONTAINER VARCHAR(255)',
    body: 'SELECT TOP (@BATCH_SIZE) image_id AS IMAGE_ID, blob_filepath AS BLOB_FILEPATH, uncertainty AS UNCERTAINTY, pred_label AS PRED_LABEL, probs AS PROBS, rank_score AS RANK_SCORE FROM al_rankings_view WHERE m_id = @MODEL_ID AND d_id = @D_METRIC_ID AND container = @CONTAINER ORDER BY uncertainty DESC, image_id',
  },
  ...(['MAX_CONSENSUS_FILTERING', 'NON_TEST'] as const).map((kind) => ({
    name: `MODEL_EVALUATION_${kind}`,
    params: '@MODEL_ID INT, @MINIMUM_PERCENT FLOAT',
    body: `SELECT image_id AS IMAGE_ID, pred_label AS PRED_LABEL, label AS CONSENSUS, share AS PERCENT_CONSENSUS FROM model_evaluation WHERE m_id = @MODEL_ID AND share > @MINIMUM_PERCENT AND is_test = ${kind === 'NON_TEST' ? 0 : 1}`,
  })),
  {
    name: 'AL_TRAIN_SET',
    params: '@MODEL_ID INT, @D_METRIC_ID INT, @TRAIN_SIZE INT, @IMAGE_IDS VARCHAR(MAX)',
    body: `SELECT TOP (@TRAIN_SIZE) image_id AS IMAGE_ID, blob_filepath AS BLOB_FILEPATH, all_labels AS ALL_LABELS, label_percents AS LABEL_PERCENTS, uncertainty AS UNCERTAINTY FROM al_train_set_view WHERE m_id = @MODEL_ID AND d_id = @D_METRIC_ID AND is_test = 0 AND image_id NOT IN ${excluded} ORDER BY uncertainty DESC, image_id`,
  },
  {
    name: 'VALIDATION_SET',
    params: '@I_ID_LIST IDList READONLY, @CONTAINER VARCHAR(255), @MODEL_ID INT, @DISS_ID INT',
    body: `SELECT image_id AS IMAGE_ID, blob_filepath AS BLOB_FILEPATH, uncertainty AS UNCERTAINTY, pred_label AS PRED_LABEL, probs AS PROBS FROM al_rankings_view WHERE image_id IN (SELECT Value FROM @I_ID_LIST) AND (${ofContainer}) AND m_id = @MODEL_ID AND d_id = @DISS_ID`,
  },
  {
    name: 'METRICS_SELECTION',
    params: '@MODEL_ID INT, @D_METRIC_ID INT, @CONTAINER VARCHAR(255)',
    body: `SELECT image_id AS IMAGE_ID, d_value AS D_VALUE, pred_label AS PRED_LABEL FROM metrics_selection_view WHERE m_id = @MODEL_ID AND d_id = @D_METRIC_ID AND (${ofContainer})`,
  },
];

/**
 * The set-up of the database as a script for Azure SQL: tables, views, the table type before the procedure that takes
 * it, procedures, fixed rows, dataset and model. It may be run again. Batches end with `GO`.
 */
export function setUpScript(set: PivotSet): string {
  const tables = tablesOf('tsql').map(
    ({ name, body }) => `IF OBJECT_ID('dbo.${name}', 'U') IS NULL CREATE TABLE dbo.${name} (${body});`,
  );
  const views = viewsOf('tsql').map(({ name, select }) => `CREATE OR ALTER VIEW dbo.${viewName(name)} AS ${select};`);
  const type = `IF TYPE_ID('dbo.IDList') IS NULL CREATE TYPE dbo.IDList AS TABLE (Value INT);`;
  const made = procedures.map(
    ({ name, params, body }) =>
      `CREATE OR ALTER PROCEDURE dbo.${name} (${params}) AS BEGIN SET NOCOUNT ON; ${body}; END;`,
  );
  const model = [set.model, set.modelLink, classMapText(set.classes)];
  const rows = [
    'SET IDENTITY_INSERT dbo.models ON;',
    ...fixedRows.models.map((row) => addOnce('models', 'm_id, model_name, model_link, class_map', row)),
    'SET IDENTITY_INSERT dbo.models OFF;',
    ...fixedRows.dissimilarity.map((row) => addOnce('dissimilarity', 'd_id, name, formula', row)),
    ...fixedRows.users.map((row) => addOnce('users', 'email, name, lab, experience', row)),
    addOnce('datasets', 'container, selectbox_name', [set.container, set.name]),
    addOnce('models', 'model_name, model_link, class_map', model),
  ].join('\n');
  return [...tables, ...views, type, ...made, rows].map((batch) => `${batch}\nGO\n`).join('');
}

/** One bin's images, predictions and metrics as a script, whole or not at all; it may be run again. */
export function dataScript(set: PivotSet, images: readonly PivotImage[]): string {
  const { container, model, classes, seed } = set;
  const probs = (scores: readonly number[]): string =>
    JSON.stringify(Object.fromEntries(classes.map((name, at) => [name, scores[at]])));
  const rows = {
    images: images.map(({ path }) => `(${literal(path)})`),
    predictions: images.map(({ path, label, scores }) => `(${[path, probs(scores), label].map(literal).join(', ')})`),
    metrics: images.flatMap(({ path, scores }) =>
      metricsOf({ path, scores, classes }, { seed }).map(
        ({ metric, value }) => `(${[path, metric, value].map(literal).join(', ')})`,
      ),
    ),
  };
  const of = `JOIN dbo.images i ON i.container = ${literal(container)} AND i.filepath = v.filepath JOIN dbo.models m ON m.model_name = ${literal(model)}`;
  const absent = (table: string, more = ''): string =>
    `WHERE NOT EXISTS (SELECT 1 FROM dbo.${table} o WHERE o.m_id = m.m_id AND o.i_id = i.i_id${more})`;
  const statements = [
    ...inParts(rows.images).map(
      (values) =>
        `INSERT INTO dbo.images (container, filepath) SELECT ${literal(container)}, v.filepath FROM (VALUES\n${values}\n) v(filepath) WHERE NOT EXISTS (SELECT 1 FROM dbo.images o WHERE o.container = ${literal(container)} AND o.filepath = v.filepath);`,
    ),
    ...inParts(rows.predictions).map(
      (values) =>
        `INSERT INTO dbo.predictions (m_id, i_id, class_prob, pred_label) SELECT m.m_id, i.i_id, v.class_prob, v.pred_label FROM (VALUES\n${values}\n) v(filepath, class_prob, pred_label) ${of} ${absent('predictions')};`,
    ),
    ...inParts(rows.metrics).map(
      (values) =>
        `INSERT INTO dbo.metrics (i_id, m_id, d_id, d_value) SELECT i.i_id, m.m_id, v.d_id, v.d_value FROM (VALUES\n${values}\n) v(filepath, d_id, d_value) ${of} ${absent('metrics', ' AND o.d_id = v.d_id')};`,
    ),
  ];
  return `SET XACT_ABORT ON;\nBEGIN TRANSACTION;\n${statements.join('\n')}\nCOMMIT;\nGO\n`;
}

/** A view beside a procedure of its name has another one: to SQL Server `al_rankings` is `AL_RANKINGS`. */
function viewName(name: string): string {
  return procedures.some((procedure) => procedure.name.toLowerCase() === name) ? `${name}_view` : name;
}

function addOnce(table: string, columns: string, values: readonly (string | number | null)[]): string {
  const [key] = columns.split(', ');
  return `INSERT INTO dbo.${table} (${columns}) SELECT ${values.map(literal).join(', ')} WHERE NOT EXISTS (SELECT 1 FROM dbo.${table} WHERE ${key} = ${literal(values[0]!)});`;
}

/** A value as SQL: texts quoted, their quotes doubled; nothing in them can end them. */
export function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `N'${value.replaceAll("'", "''")}'`;
}

function inParts(rows: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += rowsAtOnce) parts.push(rows.slice(at, at + rowsAtOnce).join(',\n'));
  return parts;
}
