import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done to one request. */
export const faultKinds = ['cut request', 'cut answer', 'lose answer', 'delay', '503', '429', 'corrupt'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface ChaosProxy extends AsyncDisposable {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  /** Faults so far, by kind. */
  readonly done: { [K in FaultKind]: number };
}

export interface ChaosOptions {
  /** Faults in all. */
  readonly faults: number;
  /** The share of requests that are treated badly while faults are left. */
  readonly share: number;
  /** Kinds that come at least once each, whatever the order of the requests; before any other. */
  readonly surely: readonly FaultKind[];
  /** From 0 to 1, seeded: the same run meets the same choices. */
  readonly random: () => number;
  /** Called when a request was carried out, before its answer goes on. */
  readonly onAnswer?: () => void;
}

/** An HTTP proxy on this machine before a real server, that does to requests what networks and busy services do. */
export async function chaosProxy(target: string, options: ChaosOptions): Promise<ChaosProxy> {
  const done = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as ChaosProxy['done'];
  const proxy = { url: '', done };
  const owed = new Set(options.surely);
  let left = options.faults;
  const choose = (request: IncomingMessage): FaultKind | undefined => {
    if (left <= 0 || options.random() > options.share) return undefined;
    const first = [...owed].filter((kind) => fits(kind, request));
    // The last ones are kept for kinds that nothing has fitted yet.
    const others = left > owed.size ? faultKinds.filter((kind) => fits(kind, request)) : [];
    const kinds = first.length > 0 ? first : others;
    const kind = kinds[Math.floor(options.random() * kinds.length)];
    if (kind === undefined) return undefined;
    left--;
    owed.delete(kind);
    return kind;
  };
  const takeBack = (kind: FaultKind): void => {
    left++;
    if (done[kind] === 0 && options.surely.includes(kind)) owed.add(kind);
  };
  const server = createServer((request, response) => {
    const fault = choose(request);
    void pass(target, { request, response, fault, random: options.random, onAnswer: options.onAnswer }).then(
      (hit) => {
        if (fault === undefined) return;
        if (hit) done[fault]++;
        else takeBack(fault);
      },
      () => {
        response.destroy();
        if (fault !== undefined) takeBack(fault);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(proxy, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Whether a fault would find something to spoil. */
function fits(kind: FaultKind, { method, headers }: IncomingMessage): boolean {
  const hasBody = Number(headers['content-length'] ?? 0) > 0;
  if (kind === 'cut request') return hasBody;
  // Only what carries a file can be told to be wrong; a listing has no digest.
  return kind !== 'corrupt' || method === 'GET' || (method === 'PUT' && hasBody);
}

interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: FaultKind | undefined;
  readonly random: () => number;
  readonly onAnswer: (() => void) | undefined;
}

/** Passes one exchange on; false when the fault found nothing to spoil (an empty body). */
async function pass(target: string, { request, response, fault, random, onAnswer }: Passing): Promise<boolean> {
  if (fault === '503' || fault === '429') {
    request.resume();
    response.writeHead(Number(fault), fault === '429' ? { 'retry-after': '1' } : {}).end();
    return true;
  }
  if (fault === 'delay') await new Promise((resolve) => setTimeout(resolve, 50 + random() * 300));
  let hit = fault !== undefined && fault !== 'corrupt' && fault !== 'cut request';
  const far = send(`${target}${request.url}`, { method: request.method, headers: request.headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => far.once('response', resolve).once('error', reject));
  // Looked at when it is awaited; until then nobody is to hear of an error we make ourselves.
  answer.catch(() => undefined);
  const announced = Number(request.headers['content-length'] ?? 0);
  const spoilAt = Math.floor(random() * announced);
  let sent = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    if (fault === 'cut request' && sent + piece.length > spoilAt) {
      far.write(piece.subarray(0, Math.max(0, spoilAt - sent)), () => far.destroy());
      response.destroy();
      return true;
    }
    if (fault === 'corrupt' && request.method === 'PUT' && sent <= spoilAt && spoilAt < sent + piece.length) {
      spoil(piece, spoilAt - sent, random);
      hit = true;
    }
    sent += piece.length;
    if (!far.write(piece)) await new Promise((resolve) => far.once('drain', resolve));
  }
  far.end();
  const reply = await answer;
  const pieces: Buffer[] = [];
  for await (const piece of reply as AsyncIterable<Buffer>) pieces.push(piece);
  const body = Buffer.concat(pieces);
  onAnswer?.();
  if (fault === 'lose answer') {
    response.destroy();
    return true;
  }
  if (fault === 'corrupt' && request.method === 'GET' && body.length > 0 && (reply.statusCode ?? 0) < 300) {
    spoil(body, Math.floor(random() * body.length), random);
    hit = true;
  }
  response.writeHead(reply.statusCode ?? 502, reply.headers);
  if (fault === 'cut answer') response.write(body.subarray(0, body.length / 2), () => response.destroy());
  else response.end(body);
  return hit;
}

// To any other value: two readings of a file of one byte, both spoiled, would agree if it were always the same bit.
function spoil(bytes: Buffer, at: number, random: () => number): void {
  bytes.writeUInt8((bytes.at(at) ?? 0) ^ (1 + Math.floor(random() * 255)), at);
}
