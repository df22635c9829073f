import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startDavServer, type DavServer } from '../../../src/testing/dav-server.ts';
import { seeded } from '../../engine/support.ts';
import { chaosProxy, faultKinds, type ChaosProxy } from './chaos-proxy.ts';
import { StoreRig } from './rig.ts';

export interface FaultRound {
  readonly seed: number;
  readonly files: number;
  /** In each direction. */
  readonly faults: number;
}

/** What a round came to. */
export interface FaultFigures {
  /** By kind, both directions together. */
  readonly faults: { readonly [kind: string]: number };
  /** Times the command had to be given, both directions together. */
  readonly commands: number;
  /** Looks at all visible files, each of which had to be whole. */
  readonly looks: number;
}

/**
 * A place goes to a service and comes back through a line that spoils requests. Every look at either side finds
 * whole files or none, and in the end both are byte for byte the same.
 */
export async function faultRound({ seed, files, faults }: FaultRound): Promise<FaultFigures> {
  const random = seeded(seed);
  const dav = await startDavServer();
  const contents = new Map<string, Buffer>();
  for (let i = 0; i < files; i++)
    contents.set(`d${i % 7}/${i}.bin`, pseudoRandom(`${seed} ${i}`, Math.floor(random() * 12_000)));
  const [atService, atHome] = [new Onlooker(contents), new Onlooker(contents)];
  // Looks happen inside a proxy and a timer, where an error would pass for a cut line.
  let half: unknown;
  const seeing = (look: () => number): void => {
    try {
      look();
    } catch (error) {
      half ??= error;
    }
  };
  const up = await chaosProxy(dav.url, {
    faults,
    share: 0.12,
    surely: faultKinds,
    random,
    onAnswer: () => seeing(() => atService.service(dav)),
  });
  const down = await chaosProxy(dav.url, {
    faults,
    share: 0.3,
    // A download has nothing to send that could be cut, but for its few listings.
    surely: faultKinds.filter((kind) => kind !== 'cut request'),
    random,
  });
  const config = (name: string, proxy: ChaosProxy) => `  ${name}: { url: 'webdav+${proxy.url}/set' }\n`;
  const rig = new StoreRig(
    `plugins: []\nstores:\n${config('up', up)}${config('down', down)}network: { allowHosts: [127.0.0.1] }\n`,
  );
  const watcher = setInterval(() => seeing(() => atHome.folder(join(rig.dir, 'back'))), 50);
  try {
    for (const [key, bytes] of contents) rig.write(`src/${key}`, bytes);
    let commands = await untilDone(rig, ['sync', 'src', 'up:', '--verify']);
    assert.equal(atService.service(dav), files, 'every file has arrived');
    commands += await untilDone(rig, ['sync', 'down:', 'back', '--verify']);
    assert.equal(atHome.folder(join(rig.dir, 'back')), files, 'every file has come back');
    if (half !== undefined) throw half;
    const sum: { [kind: string]: number } = {};
    for (const proxy of [up, down])
      for (const [kind, count] of Object.entries(proxy.done)) sum[kind] = (sum[kind] ?? 0) + count;
    return { faults: sum, commands, looks: atService.looks + atHome.looks };
  } finally {
    clearInterval(watcher);
    for (const one of [up, down, rig]) await one[Symbol.asyncDispose]();
    await dav.close();
  }
}

// As a person does who reads "the same command goes on".
async function untilDone(rig: StoreRig, command: readonly string[]): Promise<number> {
  for (let count = 1; ; count++) {
    const { code, stdout, stderr } = await rig.store(...command, '--quiet');
    if (code === 0) return count;
    assert.ok(count < 10, `it still fails: ${stdout}${stderr}`);
  }
}

/** Files as everybody sees them, without what is staged, each with what tells that it has changed. */
function visible(dav: DavServer): (readonly [key: string, bytes: Uint8Array, etag: string])[] {
  return [...dav.tree.nodes]
    .filter(([path, node]) => !node.isFolder && !path.includes('.runner-staging'))
    .map(([path, { bytes, etag }]) => [path.slice('/set/'.length), bytes, etag]);
}

/** Looks at files again and again; one that was whole and has not changed since is not compared again. */
class Onlooker {
  looks = 0;
  readonly #contents: ReadonlyMap<string, Buffer>;
  readonly #known = new Map<string, string>();

  constructor(contents: ReadonlyMap<string, Buffer>) {
    this.#contents = contents;
  }

  service(dav: DavServer): number {
    this.looks++;
    const files = visible(dav);
    for (const [key, bytes, etag] of files) this.#compare(key, etag, () => bytes);
    return files.length;
  }

  folder(folder: string): number {
    this.looks++;
    if (!existsSync(folder)) return 0;
    const names = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
    const shown = paths.filter((path) => !path.includes('.runner-staging'));
    for (const path of shown) {
      const { ino, mtimeMs, size } = statSync(path);
      this.#compare(path.slice(folder.length + 1), `${ino} ${mtimeMs} ${size}`, () => readFileSync(path));
    }
    return shown.length;
  }

  #compare(key: string, state: string, read: () => Uint8Array): void {
    if (this.#known.get(key) === state) return;
    const bytes = read();
    assert.ok(
      this.#contents.get(key)?.equals(bytes),
      `${key} was seen with ${bytes.length} bytes that are not its own`,
    );
    this.#known.set(key, state);
  }
}

function pseudoRandom(seed: string, sizeBytes: number): Buffer {
  const pieces: Buffer[] = [];
  for (let i = 0; i * 32 < sizeBytes; i++) pieces.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(pieces).subarray(0, sizeBytes);
}
