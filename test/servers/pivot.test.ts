import assert from 'node:assert/strict';
import { createRig, type ProjectRig } from '@dataset-runner/core/testing';
import { madePredictions } from '../../packages/plugin-ifcb/test/support/published.ts';
import { findPostgres, type Postgres, startPostgres } from '../../scripts/servers/postgres.ts';
import { skip } from '../support/skip.ts';

const [one, two] = ['D20240101T000000_IFCB199', 'D20240101T010000_IFCB199'] as const;

describe('PIVOT in PostgreSQL, a real server', function () {
  this.timeout(120_000);
  let server: Postgres;

  before(async function () {
    const bin = findPostgres();
    if (bin === undefined) skip(this, 'PostgreSQL is not installed');
    server = await startPostgres(bin);
  });

  after(() => server?.[Symbol.asyncDispose]());

  function project(password: string): Promise<ProjectRig> {
    return createRig({
      packages: ['@dataset-runner/plugin-ifcb', '@dataset-runner/kit'],
      config: "plugins: ['@dataset-runner/plugin-ifcb']\nsecrets: { ifcb-pivot-password: env:PIVOT_PASSWORD }\n",
      env: { PIVOT_PASSWORD: password },
      files: {
        'predictions.csv': madePredictions([
          [one, 1, 'Diatom', 0.9],
          [one, 3, 'Crypto', 0.6],
          [two, 2, 'Crypto', 0.7],
        ]),
      },
    });
  }

  it('fills an empty database, adds nothing the second time, and another dataset beside it', async () => {
    await using rig = await project(server.password);
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--database', server.url, '--test-size', '2'];
    const first = await rig.json(...run, '--container', 'gulf');
    assert.equal(first.code, 0, JSON.stringify(first.report['failures']));
    const counts = { bins: 2, images: 3, predictions: 3, metrics: 9, testSet: 2 };
    assert.deepEqual(first.report['result'], counts);
    assert.deepEqual((await rig.json(...run, '--container', 'gulf')).report['result'], counts);
    assert.deepEqual((await rig.json(...run, '--container', 'sound')).report['result'], counts);
    assert.doesNotMatch(first.stderr + JSON.stringify(first.report), new RegExp(server.password));
    const models = server.ask('SELECT m_id, model_name, class_map FROM models ORDER BY m_id');
    assert.equal(models, '0|random_sample|{}\n1|cnn|{0: "Diatom", 1: "Crypto"}');
    const ranked = server.ask(
      "SELECT blob_filepath, pred_label FROM al_rankings WHERE m_id = 1 AND d_id = 2 AND container = 'gulf' ORDER BY rank_score LIMIT 1",
    );
    assert.equal(ranked, `ml/${one}/${one}_00001.png|Diatom`);
  });

  it('gives the label that most of the weight is for', () => {
    server.ask(
      "INSERT INTO labels (i_id, u_id, weight, date, label) SELECT i.i_id, u.u_id, v.weight, now(), v.label FROM (VALUES (3, 'Crypto'), (1, 'Diatom')) v(weight, label), users u, (SELECT MIN(i_id) AS i_id FROM images) i",
    );
    assert.equal(server.ask('SELECT label, share::float FROM model_evaluation'), 'Crypto|0.75');
    assert.equal(server.ask('SELECT COUNT(*) FROM al_train_set WHERE d_id = 1'), '1');
  });

  it('names a password that is wrong, once and without another attempt', async () => {
    await using rig = await project('wrong');
    const run = ['run', 'ifcb:pivot', './predictions.csv', '--database', server.url, '--container', 'gulf'];
    const { code, report } = await rig.json(...run);
    assert.equal(code, 1);
    const [failure] = report['failures'] as readonly { code: string; message: string }[];
    assert.equal(failure?.code, 'ifcb.pivot-refused');
    assert.match(failure.message, /password authentication failed/);
  });
});
