import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { failureOf, type FetchInit } from '@dataset-runner/core/plugin';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { askEndpoint, requestBody } from '../src/classify/endpoint.ts';
import { below, classifyProject, countsOf, failuresOf, rowsOf } from './support/classify-project.ts';
import { type EndpointDouble, endpointDouble, type Script } from './support/endpoint-double.ts';
import { binId, binImages } from './support/pngs.ts';
import { realData } from './support/real-bins.ts';

const key = 'a-key-of-the-endpoint';

describe('ifcb:classify through an endpoint', function () {
  this.timeout(60_000);

  function project(bins: number, images: number, more: { readonly key?: string } = {}): Promise<ProjectRig> {
    return classifyProject(below('images', binImages(bins, images)), {
      config: 'secrets: { ifcb-endpoint-key: env:ENDPOINT_KEY }\n',
      env: { ENDPOINT_KEY: more.key ?? key },
    });
  }

  function args(endpoint: EndpointDouble, ...more: string[]): string[] {
    return ['run', 'ifcb:classify', './images', '--endpoint', endpoint.url, '--out', './out', '--batch', '4', ...more];
  }

  it('sends what the service expects and takes its scores, as JSON or as JSON in JSON', async () => {
    for (const twice of [false, true]) {
      await using endpoint = await endpointDouble(key, { twice });
      await using rig = await project(1, 6);
      const { code, report, stderr } = await rig.json(...args(endpoint, '--deployment', 'blue', '--no-min-max'));
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        endpoint.asked.map(({ images }) => images.length),
        [4, 2],
      );
      const [{ headers, images } = { headers: {}, images: [] }] = endpoint.asked;
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['azureml-model-deployment'], 'blue');
      assert.deepEqual([images[0]?.length, images[0]?.[0]?.length, images[0]?.[0]?.[0]], [128, 128, 11]);
      const rows = rowsOf(rig.read('out/ifcb_predictions.csv'));
      assert.deepEqual([rows.length, rows[0]?.['class'], rows[0]?.['score_Chloro']], [6, 'Cilliate', '0.043137256']);
      assert.ok(!JSON.stringify(report).includes(key), 'the key is in the report');
    }
  });

  it('refuses options that would do nothing', async () => {
    await using endpoint = await endpointDouble(key);
    await using rig = await project(1, 1);
    const softmax = await rig.runner(...args(endpoint, '--softmax'));
    assert.equal(softmax.code, 2);
    assert.match(softmax.stderr, /what an endpoint answers is taken as it is/);
    const run = ['run', 'ifcb:classify', './images', '--model', './model.onnx', '--out', './out'];
    const blue = await rig.runner(...run, '--deployment', 'blue');
    assert.equal(blue.code, 2);
    assert.match(blue.stderr, /only an --endpoint has deployments/);
    assert.equal(endpoint.asked.length, 0);
  });

  it('writes the same request as PIVOT', function () {
    const file = realData(this, 'pivot', 'scoring_data.json');
    const text = JSON.parse(readFileSync(file, 'utf8')) as string | object;
    const theirs = (typeof text === 'string' ? JSON.parse(text) : text) as { input_data: number[][][] };
    const planes = theirs.input_data.map((rows) => Uint8Array.from(rows.flat()));
    const plan = {
      preset: 'utopia',
      input: '',
      height: 128,
      width: 128,
      channels: 1,
      layout: 'nhwc',
      minMax: true,
    } as const;
    assert.deepEqual(JSON.parse(requestBody(planes, plan)), theirs);
  });

  it('tries again when the service is busy, after the time it asks for', async () => {
    await using endpoint = await endpointDouble(key);
    const script: Script = (request) =>
      request === 0 ? { status: 429, headers: { 'retry-after': '1' } } : request === 1 ? { status: 503 } : undefined;
    endpoint.script = script;
    await using rig = await project(1, 3);
    const started = performance.now();
    const { code, stderr } = await rig.json(...args(endpoint));
    assert.equal(code, 0, stderr);
    assert.equal(endpoint.asked.length, 3);
    assert.ok(performance.now() - started > 1_500);
  });

  it('names a key that has expired, a service that refuses, and one that answers something else', async () => {
    await using rig = await project(2, 2);
    await using stranger = await project(1, 1, { key: 'an-old-key-of-it' });
    const failureOf = async (from: ProjectRig, endpoint: EndpointDouble): Promise<string> => {
      const { code, report } = await from.json(...args(endpoint));
      assert.equal(code, 1);
      return failuresOf(report)
        .map((failure) => `${failure.code}: ${failure.message}`)
        .join('\n');
    };
    await using endpoint = await endpointDouble(key);
    assert.match(
      await failureOf(stranger, endpoint),
      /^ifcb\.endpoint-key: .*'ifcb-endpoint-key' \(401\).*has expired/,
    );
    assert.equal(endpoint.asked.length, 1, 'a wrong key is not tried again');
    // The second bin is answered; it is not harmed by the first.
    endpoint.script = (request) => (request === 1 ? { status: 404, body: 'no deployment blue' } : undefined);
    assert.match(await failureOf(rig, endpoint), /^ifcb\.endpoint-refused: .* answered 404: no deployment blue$/);
    assert.equal(rowsOf(rig.read('out/ifcb_predictions.csv')).length, 2);
    const answers: readonly (readonly [string, RegExp])[] = [
      ['<html>', /endpoint-answer: .*no JSON: <html>/],
      ['{"message":"error"}', /endpoint-answer: .*no list of lists/],
      ['[[1,0,0,0,0,0,0,0,0,0]]', /endpoint-answer: .*1 lists for 2 images/],
      ['[[1,0],[0,1]]', /class-count: .*2 scores.* 10 class/],
    ];
    for (const [body, words] of answers) {
      endpoint.script = () => ({ status: 200, body });
      assert.match(await failureOf(rig, endpoint), words);
    }
  });

  it('gives up on a service that stays busy, for the runner to come back later', async () => {
    await using endpoint = await endpointDouble(key);
    endpoint.script = () => ({ status: 503, headers: { 'retry-after': '0.01' } });
    const plan = {
      preset: 'utopia',
      input: '',
      height: 2,
      width: 2,
      channels: 1,
      layout: 'nhwc',
      minMax: true,
    } as const;
    const tools = {
      fetch: async (url: string, init: FetchInit = {}) => {
        const answer = await fetch(url, { method: init.method!, headers: init.headers!, body: String(init.body) });
        const text = await answer.text();
        const headers = Object.fromEntries(answer.headers);
        return { status: answer.status, headers, url, body: new Blob([text]).stream(), text: async () => text };
      },
      secret: () => key,
      signal: new AbortController().signal,
      patience: { tries: 3, firstWaitMs: 1 },
    };
    const ask = () =>
      askEndpoint([new Uint8Array(4)], { url: endpoint.url, deployment: null, plan, classCount: 10 }, tools);
    await assert.rejects(ask(), (error) => {
      const failure = failureOf(error);
      assert.deepEqual([failure?.code, failure?.transient], ['ifcb.endpoint-busy', true]);
      return /answered 503, 3 times in a row/.test((error as Error).message);
    });
    assert.equal(endpoint.asked.length, 3);
    // Asked to come back in ten minutes, by a date: that is for the runner to wait.
    const later = new Date(Date.now() + 600_000).toUTCString();
    endpoint.script = () => ({ status: 429, headers: { 'retry-after': later } });
    await assert.rejects(ask(), /answered 429/);
    assert.equal(endpoint.asked.length, 4);
  });

  it('asks after a kill only for what was not answered', async () => {
    await using endpoint = await endpointDouble(key);
    endpoint.script = (request) => (request === 3 ? 'hold' : undefined);
    await using rig = await project(1, 24);
    const running = rig.start(...args(endpoint, '--no-min-max'));
    while (endpoint.asked.length < 4 && running.process.exitCode === null) await delay(10);
    running.process.kill('SIGKILL');
    await running.ended;
    const { code, report, stderr } = await rig.json(...args(endpoint, '--no-min-max'));
    assert.equal(code, 0, stderr);
    assert.equal(countsOf(report)['ask-endpoint']?.done, 1);
    // Three batches were answered, the fourth was cut: it and the other two are asked for.
    assert.deepEqual(
      endpoint.asked.map(({ images }) => images[0]?.[0]?.[0]),
      [1, 5, 9, 13, 13, 17, 21].map((roi) => 11 * roi),
    );
    const rows = rowsOf(rig.read('out/ifcb_predictions.csv'));
    assert.equal(rows.length, 24);
    for (const { roi, score_Chloro: score } of rows)
      assert.ok(Math.abs(Number(score) - ((11 * Number(roi)) % 256) / 255) < 1e-6);
  });

  it('fails the bin when the service stays busy, and keeps what was answered', async () => {
    await using endpoint = await endpointDouble(key);
    endpoint.script = (request) => (request === 0 ? undefined : { status: 503, headers: { 'retry-after': '600' } });
    await using rig = await project(1, 8);
    const running = rig.start(...args(endpoint));
    while (endpoint.asked.length < 2 && running.process.exitCode === null) await delay(10);
    running.process.kill('SIGKILL');
    await running.ended;
    endpoint.script = () => undefined;
    const { code, stderr } = await rig.json(...args(endpoint));
    assert.equal(code, 0, stderr);
    assert.equal(endpoint.asked.length, 3);
    assert.equal(rowsOf(rig.read('out/ifcb_predictions.csv'))[7]?.['bin'], binId(0));
  });
});
