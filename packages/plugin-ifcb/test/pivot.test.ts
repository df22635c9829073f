import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { metricsOf } from '../src/pivot/metrics.ts';
import { dataScript, setUpScript } from '../src/pivot/tsql.ts';
import { failuresOf } from './support/classify-project.ts';
import { ifcbProject } from './support/project.ts';
import { madePredictions } from './support/published.ts';

const [one, two] = ['D20240101T000000_IFCB199', 'D20240101T010000_IFCB199'] as const;
const set = {
  container: "o'brien",
  name: 'Gulf',
  model: 'cnn',
  modelLink: null,
  classes: ['Diatom', 'Crypto'],
  seed: 1,
};

function ask(path: string, sql: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

describe('the metrics of PIVOT', () => {
  it('are chance, entropy and the probability of a diatom', () => {
    const values = metricsOf(
      { path: 'a', scores: [0.25, 0.75, 0], classes: ['Diatom', 'Crypto', 'Other'] },
      { seed: 1 },
    );
    assert.deepEqual(
      values.map(({ metric }) => metric),
      [0, 1, 2],
    );
    assert.ok(values[0]!.value >= 0 && values[0]!.value < 1);
    assert.ok(Math.abs(values[1]!.value - 0.5623351446188083) < 1e-15);
    assert.equal(values[2]!.value, 0.25);
  });

  it('have no third one where no class is Diatom, and the same chance for the same seed', () => {
    const of = (seed: number) => metricsOf({ path: 'a', scores: [1], classes: ['Crypto'] }, { seed });
    assert.equal(of(1).length, 2);
    assert.deepEqual(of(1), of(1));
    assert.notEqual(of(1)[0]!.value, of(2)[0]!.value);
  });
});

describe('the scripts for Azure SQL', () => {
  it('make every table, view and procedure, and the table type before what takes it', () => {
    const script = setUpScript(set);
    for (const name of ['datasets', 'models', 'dissimilarity', 'users', 'images', 'predictions', 'metrics', 'labels'])
      assert.match(script, new RegExp(`IF OBJECT_ID\\('dbo\\.${name}', 'U'\\) IS NULL CREATE TABLE`));
    const procedures = script.match(/CREATE OR ALTER PROCEDURE dbo\.\w+/g) ?? [];
    assert.equal(procedures.length, 9);
    assert.ok(script.indexOf('CREATE TYPE dbo.IDList') < script.indexOf('PROCEDURE dbo.VALIDATION_SET'));
    assert.match(script, /GENERATE_IMAGES_TO_PREDICT \(@MODEL_ID INT, @CONTAINER VARCHAR\(255\)\)/);
    assert.match(script, /SET IDENTITY_INSERT dbo\.models ON;\nINSERT INTO dbo\.models .* SELECT 0, N'random_sample'/);
  });

  it('give no view the name of a procedure, which SQL Server compares without case', () => {
    const script = setUpScript(set);
    const made = [...script.matchAll(/CREATE (?:OR ALTER )?(?:TABLE|VIEW|PROCEDURE) dbo\.(\w+)/g)];
    const names = made.map(([, name = '']) => name.toLowerCase());
    assert.equal(names.length, 24);
    assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted());
    for (const [, read = ''] of script.matchAll(/FROM (\w+_view) /g)) assert.ok(names.includes(read), read);
  });

  it('quote what users wrote, and insert a thousand rows at a time at the most', () => {
    const images = Array.from({ length: 1500 }, (_, at) => ({
      path: `it's/${at}.png`,
      label: 'Diatom',
      scores: [0.5, 0.5],
    }));
    const script = dataScript(set, images);
    assert.match(script, /N'o''brien'/);
    assert.doesNotMatch(script, /[^']'s\//);
    for (const part of script.split('FROM (VALUES\n').slice(1))
      assert.ok(part.slice(0, part.indexOf('\n) v(')).split('\n').length <= 1000);
    assert.equal(script.match(/INSERT INTO dbo\.images/g)?.length, 2);
  });
});

describe('ifcb:pivot', function () {
  this.timeout(120_000);

  it('fills a SQLite database, adds nothing the second time, and another dataset beside it', async () => {
    await using rig = await ifcbProject();
    rig.write(
      'predictions.csv',
      madePredictions([
        [one, 1, 'Diatom', 0.9],
        [one, 3, 'Crypto', 0.6],
        [two, 2, 'Crypto', 0.7],
      ]),
    );
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--database', 'sqlite:./pivot.db', '--test-size', '2'];
    const first = await rig.json(...run, '--container', 'gulf');
    assert.equal(first.code, 0, JSON.stringify(first.report['failures']));
    assert.deepEqual(first.report['result'], { bins: 2, images: 3, predictions: 3, metrics: 9, testSet: 2 });
    const again = await rig.json(...run, '--container', 'gulf');
    assert.deepEqual(again.report['result'], first.report['result']);
    const other = await rig.json(...run, '--container', 'sound');
    assert.deepEqual(other.report['result'], first.report['result']);

    const path = rig.path('pivot.db');
    assert.deepEqual(ask(path, 'SELECT m_id, model_name, class_map FROM models ORDER BY m_id'), [
      { m_id: 0, model_name: 'random_sample', class_map: '{}' },
      { m_id: 1, model_name: 'cnn', class_map: '{0: "Diatom", 1: "Crypto"}' },
    ]);
    assert.deepEqual(ask(path, 'SELECT name FROM dissimilarity ORDER BY d_id'), [
      { name: 'random_sample' },
      { name: 'entropy' },
      { name: 'diatom' },
    ]);
    assert.deepEqual(
      ask(
        path,
        "SELECT blob_filepath, pred_label, probs FROM al_rankings WHERE m_id = 1 AND d_id = 2 AND container = 'gulf' ORDER BY rank_score LIMIT 1",
      ),
      [
        {
          blob_filepath: `ml/${one}/${one}_00001.png`,
          pred_label: 'Diatom',
          probs: '{"Diatom":0.9,"Crypto":0.09999999999999998}',
        },
      ],
    );
    assert.deepEqual(ask(path, 'SELECT COUNT(*) AS n FROM images_to_predict'), [{ n: 0 }]);
    assert.deepEqual(ask(path, 'SELECT COUNT(*) AS n FROM images_to_metrize'), [{ n: 0 }]);
  });

  it('names images as they lie: as the table says, after the prefix, and by their bin where it says nothing', async () => {
    await using rig = await ifcbProject();
    const image = (roi: number): string => `${one}_0000${roi}.png`;
    const tidy = 'bin,roi,image,class,score,score_Diatom,score_Crypto\n';
    rig.write('flat.csv', `${tidy}${one},1,${image(1)},Diatom,1,1,0\n${one},2,2024/${image(2)},Diatom,1,1,0\n`);
    rig.write('bare.csv', `${tidy}${one},1,,Diatom,1,1,0\n`);
    rig.write(
      'old.csv',
      `filepath,pred_label,0,1\nml/x/${image(1)},0,1,0\nC:\\data\\ml\\y\\${image(2)},0,1,0\nC:\\data\\${image(3)},0,1,0\n`,
    );
    const paths = async (table: string, ...more: string[]) => {
      const container = `${table}${more.join('')}`;
      const into = ['--database', 'sqlite:./pivot.db', '--container', container, '--classes', '["Diatom","Crypto"]'];
      const { code, stderr } = await rig.runner('run', 'ifcb:pivot', `./${table}.csv`, ...into, ...more);
      assert.equal(code, 0, stderr);
      const sql = `SELECT filepath FROM images WHERE container = '${container}' ORDER BY i_id`;
      return ask(rig.path('pivot.db'), sql).map((row) => (row as { filepath: string }).filepath);
    };
    assert.deepEqual(await paths('flat'), [`ml/${image(1)}`, `ml/2024/${image(2)}`]);
    assert.deepEqual(await paths('flat', '--prefix', ''), [image(1), `2024/${image(2)}`]);
    assert.deepEqual(await paths('bare'), [`ml/${one}/${image(1)}`]);
    assert.deepEqual(await paths('old'), [`ml/x/${image(1)}`, `ml/y/${image(2)}`, `ml/${one}/${image(3)}`]);
  });

  it('gives the label that most of the weight is for, and the share of each', async () => {
    await using rig = await ifcbProject();
    rig.write('predictions.csv', madePredictions([[one, 1, 'Diatom', 0.9]]));
    await rig.runner(
      'run',
      'ifcb:pivot',
      './predictions.csv',
      '--database',
      'sqlite:./pivot.db',
      '--container',
      'gulf',
    );
    const database = new DatabaseSync(rig.path('pivot.db'));
    database.exec(
      "INSERT INTO labels (i_id, u_id, weight, date, label) VALUES (1, 1, 3, '2024-01-01', 'Crypto'), (1, 1, 1, '2024-01-02', 'Diatom')",
    );
    database.close();
    assert.deepEqual(ask(rig.path('pivot.db'), 'SELECT label, share, is_test FROM model_evaluation'), [
      { label: 'Crypto', share: 0.75, is_test: 0 },
    ]);
    const [row] = ask(rig.path('pivot.db'), 'SELECT all_labels, label_percents FROM al_train_set WHERE d_id = 1') as {
      all_labels: string;
      label_percents: string;
    }[];
    assert.equal(row?.all_labels, 'Crypto,Diatom');
    assert.equal(row?.label_percents, '0.75,0.25');
  });

  it('writes scripts for Azure SQL, one for the tables and one for each bin', async () => {
    await using rig = await ifcbProject();
    rig.write(
      'predictions.csv',
      madePredictions([
        [one, 1, 'Diatom', 0.9],
        [two, 2, 'Crypto', 0.7],
      ]),
    );
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--scripts', './sql', '--container', 'gulf'];
    const { code, stdout, stderr } = await rig.runner(...run, '--test-size', '7');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /2 images, 2 predictions and 6 metrics/);
    assert.match(stdout + stderr, /no test set aside: EXEC dbo\.GENERATE_RANDOM_TEST_SET 7/);
    assert.match(rig.read('sql/pivot_set_up.sql'), /CREATE OR ALTER PROCEDURE dbo\.AL_RANKINGS/);
    assert.match(rig.read(`sql/data/${two}.sql`), /INSERT INTO dbo\.predictions/);
  });

  it('takes no predictions without the scores of all classes', async () => {
    await using rig = await ifcbProject();
    rig.write('predictions.csv', `bin,roi,class,score\n${one},1,Diatom,0.9\n`);
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--database', 'sqlite:./pivot.db', '--container', 'gulf'];
    const { report } = await rig.json(...run);
    const [failure] = failuresOf(report);
    assert.equal(failure?.code, 'ifcb.prediction-invalid');
    assert.match(failure.message!, /predictions\.csv, line 1: there is no column score_<class>/);
    assert.ok(!rig.exists('pivot.db'));
    // A table of two classes is none of UTOPIA's ten, whose names its numbers would get.
    rig.write('predictions.csv', `filepath,pred_label,0,1\nml/${one}/${one}_00001.png,1,0.25,0.75\n`);
    const [other] = failuresOf((await rig.json(...run)).report);
    assert.match(other?.message ?? '', /line 2: 2 columns of scores for 10 classes; .*--classes/);
    assert.equal((await rig.runner(...run, '--classes', '["Crypto","Diatom"]')).code, 0);
  });

  it('takes no scores that are missing or no numbers for 0', async () => {
    await using rig = await ifcbProject();
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--database', 'sqlite:./pivot.db', '--container', 'gulf'];
    for (const score of ['', 'high']) {
      rig.write(
        'predictions.csv',
        `bin,roi,class,score,score_Diatom,score_Crypto\n${one},7,Crypto,0.9,${score},0.9\n${two},1,Crypto,0.9,0.1,0.9\n`,
      );
      const [failure] = failuresOf((await rig.json(...run)).report);
      assert.equal(failure?.code, 'ifcb.class-missing');
      assert.match(failure.message ?? '', new RegExp(`nothing tells the score of 'Diatom' for image 7 of ${one}`));
      assert.deepEqual(ask(rig.path('pivot.db'), 'SELECT filepath FROM images'), [
        { filepath: `ml/${two}/${two}_00001.png` },
      ]);
    }
  });

  it('refuses other classes under the name of a model that is there', async () => {
    await using rig = await ifcbProject();
    rig.write('predictions.csv', madePredictions([[one, 1, 'Diatom', 0.9]]));
    rig.write('other.csv', `bin,roi,class,score,score_Ciliate,score_Other\n${two},1,Other,0.9,0.1,0.9\n`);
    const into = ['--database', 'sqlite:./pivot.db', '--container', 'gulf'];
    assert.equal((await rig.runner('run', 'ifcb:pivot', './predictions.csv', ...into)).code, 0);
    for (const model of ['cnn', 'random_sample']) {
      const { report } = await rig.json('run', 'ifcb:pivot', './other.csv', ...into, '--model', model);
      assert.equal(failuresOf(report)[0]?.code, 'ifcb.pivot-model');
    }
    assert.deepEqual(ask(rig.path('pivot.db'), 'SELECT COUNT(*) AS n FROM images'), [{ n: 1 }]);
    assert.equal((await rig.runner('run', 'ifcb:pivot', './other.csv', ...into, '--model', 'cnn-2')).code, 0);
  });

  it('names an address that is none, one with a password, and a database that refuses', async () => {
    await using rig = await ifcbProject();
    rig.write('predictions.csv', madePredictions([[one, 1, 'Diatom', 0.9]]));
    const fails = async (database: string, ...more: string[]): Promise<string | undefined> => {
      const { report } = await rig.json(
        'run',
        'ifcb:pivot',
        './predictions.csv',
        '--database',
        database,
        '--container',
        'gulf',
        ...more,
      );
      return failuresOf(report)[0]?.code;
    };
    assert.equal(await fails('mysql://localhost/pivot'), 'ifcb.pivot-address');
    assert.equal(await fails('postgres://me:secret@127.0.0.1/pivot'), 'ifcb.pivot-address');
    rig.write('notes.txt', 'this is no database, and it is long enough for everybody to see that it is not one');
    assert.equal(await fails('sqlite:./notes.txt'), 'ifcb.pivot-refused');
    rig.write('folder/notes.txt', '');
    assert.equal(await fails('sqlite:./folder'), 'ifcb.pivot-refused');
    assert.equal(await fails('sqlite:./notes.txt/pivot.db'), 'ifcb.pivot-refused');
    assert.equal(await fails('postgres://me@127.0.0.1:1/pivot'), 'secret.missing');
    assert.equal(await fails('postgres://me@127.0.0.1:1/pivot', '--login', 'none'), 'ifcb.pivot-busy');
    assert.equal(await fails('sqlserver://me@127.0.0.1:1/pivot', '--login', 'none'), 'ifcb.pivot-busy');
  });
});
