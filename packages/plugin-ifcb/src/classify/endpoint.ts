import { setTimeout as sleep } from 'node:timers/promises';
import { type FetchedResponse, type Tools, z } from '@dataset-runner/core/plugin';
import { classifyFailures } from './failures.ts';
import type { InputPlan } from './preprocess.ts';

/** An online endpoint of Azure ML that serves a model, as PIVOT's does. */
export interface Endpoint {
  /** `https://<name>.<region>.inference.ml.azure.com/score`. */
  readonly url: string;
  /** Which deployment behind it answers; the endpoint's own choice when null. */
  readonly deployment: string | null;
}

/** How the asker treats a service that is busy. */
export interface Patience {
  readonly tries: number;
  /** Before the second try; doubled for each further one, and never shorter than the service asks for. */
  readonly firstWaitMs: number;
}

// A Retry-After beyond this is left to the runner, which can do other work meanwhile.
const longestWaitMs = 60_000;
const scoresSchema = z.array(z.array(z.number()));

/** Writes the request: one list of rows for each image, whole numbers 0 to 255, no channels. */
export function requestBody(planes: readonly Uint8Array[], { width, height }: InputPlan): string {
  const rows = (plane: Uint8Array): string =>
    Array.from({ length: height }, (_, y) => `[${plane.subarray(y * width, (y + 1) * width).join()}]`).join();
  return `{"input_data":[${planes.map((plane) => `[${rows(plane)}]`).join()}]}`;
}

/**
 * Asks the endpoint for the scores of some planes; tries again when it is busy.
 *
 * Throws `ifcb.endpoint-key` for 401 and 403, `ifcb.endpoint-busy` (transient) when it stays busy, `ifcb.endpoint-refused`
 * for other answers than 200, `ifcb.endpoint-answer` and `ifcb.class-count` for an answer that is no list of scores.
 */
export async function askEndpoint(
  planes: readonly Uint8Array[],
  { url, deployment, plan, classCount }: Endpoint & { readonly plan: InputPlan; readonly classCount: number },
  { fetch, secret, signal, patience }: Pick<Tools, 'fetch' | 'secret' | 'signal'> & { readonly patience: Patience },
): Promise<Float32Array> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${secret('ifcb-endpoint-key')}`,
    ...(deployment === null ? {} : { 'azureml-model-deployment': deployment }),
  };
  const body = requestBody(planes, plan);
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    if (answer.status === 200) return scoresIn(await answer.text(), { url, images: planes.length, classCount });
    const { status } = answer;
    if (status === 401 || status === 403) throw classifyFailures['endpoint-key']({ url, status });
    if (status !== 408 && status !== 429 && status < 500)
      throw classifyFailures['endpoint-refused']({ url, status, answer: (await answer.text()).slice(0, 300) });
    // The connection is only free for the next try when the answer was read.
    await answer.text();
    const asked = retryAfterMs(answer);
    if (tries === patience.tries || asked > longestWaitMs)
      throw classifyFailures['endpoint-busy']({ url, status, tries }, asked > 0 ? { retryAfterMs: asked } : {});
    await sleep(Math.max(asked, patience.firstWaitMs * 2 ** (tries - 1)), undefined, { signal });
  }
}

/** What `Retry-After` asks for, in seconds or as a date. */
function retryAfterMs({ headers }: FetchedResponse): number {
  const asked = headers['retry-after'] ?? '';
  const seconds = Number(asked);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(asked) - Date.now();
  return ms > 0 ? ms : 0;
}

function scoresIn(
  text: string,
  { url, images, classCount }: { readonly url: string; readonly images: number; readonly classCount: number },
): Float32Array {
  const fail = (why: string): Error => classifyFailures['endpoint-answer']({ url, why });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
    // Scoring scripts often give JSON to a server that makes JSON of it once more.
    if (typeof parsed === 'string') parsed = JSON.parse(parsed);
  } catch {
    throw fail(`no JSON: ${text.slice(0, 100)}`);
  }
  const lists = scoresSchema.safeParse(parsed);
  if (!lists.success) throw fail(`no list of lists of numbers: ${text.slice(0, 100)}`);
  if (lists.data.length !== images) throw fail(`${lists.data.length} lists for ${images} images`);
  const other = lists.data.find((list) => list.length !== classCount);
  if (other !== undefined)
    throw classifyFailures['class-count']({ model: url, scores: `${other.length} scores`, classes: classCount });
  return Float32Array.from(lists.data.flat());
}
