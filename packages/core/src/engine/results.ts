import type { Digest } from '../lib/digest.ts';
import { isResults, type Results } from '../model/result.ts';
import type { EngineResults } from './batches.ts';
import type { MapRun } from './map-run.ts';
import type { ResultsStub } from './work/reader.ts';

/** The handle `map` returns; see {@link Results} for what each member waits for. */
export class MapResults implements Results<unknown>, EngineResults {
  readonly $type = 'runner.results';
  readonly mapRun: MapRun;

  constructor(mapRun: MapRun) {
    this.mapRun = mapRun;
  }

  get name(): string {
    return this.mapRun.spec.name;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a Results is its barrier
  then<A = void, B = never>(
    onDone?: ((value: void) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.mapRun.barrier().then(onDone, onError);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
    await this.mapRun.barrier();
    for (const { result } of this.mapRun.results()) yield JSON.parse(result) as unknown;
  }

  async toArray(): Promise<unknown[]> {
    await this.mapRun.barrier();
    return Array.from(this.mapRun.results(), ({ result }) => JSON.parse(result) as unknown);
  }

  async digest(): Promise<Digest> {
    await this.mapRun.barrier();
    return this.mapRun.digest();
  }

  async count(): Promise<number> {
    await this.mapRun.barrier();
    return this.mapRun.resultSeqs().length;
  }
}

/** A value with Results in it, in its two forms: as it is compared, and as a worker gets it. */
export interface Resolved {
  /** Results stand as `{ $type, digest, count }`. */
  readonly compared: unknown;
  /** Results stand as stubs that a worker turns into readers. */
  readonly sent: unknown;
}

/** Waits for every Results inside a value (at any depth of plain objects) and puts its digest in its place. */
export async function resolveResults(value: unknown): Promise<Resolved> {
  if (isResults(value)) return resolveOne((value as unknown as EngineResults).mapRun);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { compared: value, sent: value };
  const compared: Record<string, unknown> = {};
  const sent: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const resolved = await resolveResults(member);
    compared[key] = resolved.compared;
    sent[key] = resolved.sent;
  }
  return { compared, sent };
}

async function resolveOne(map: MapRun): Promise<Resolved> {
  await map.barrier();
  const seqs = map.resultSeqs();
  const digest = map.digest();
  const stub: ResultsStub = {
    $type: 'runner.reader',
    line: map.line.id,
    digest,
    count: seqs.length,
    seqs: seqs.buffer,
  };
  return { compared: { $type: 'runner.results', count: seqs.length, digest }, sent: stub };
}
