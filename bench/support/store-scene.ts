import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from '../../scripts/checkout.mjs';
import { entryLine, type ServedPlace } from '../../scripts/servers/places.ts';
import { rcloneProgram, writeRemote } from '../../scripts/servers/rclone.ts';
import type { Scene } from './bench.ts';
import { countingProxy } from './counting-proxy.ts';
import { timeChild } from './timed-child.ts';

const program = join(root, 'packages', 'core', 'bin', 'runner.js');
const noteProcess = fileURLToPath(new URL('note-process.ts', import.meta.url));

export interface Measured {
  readonly wallMs: number;
  readonly peakMb: number;
}

interface Wanted {
  /** What the command must print, or it measured something else. */
  readonly says?: string;
}

/** One server with a project of ours and a remote of rclone before it. */
export class StoreScene {
  readonly name: string;
  readonly #scene: Scene;
  readonly #place: ServedPlace;
  readonly #rival: boolean;
  readonly #dir: string;
  #notes = 0;

  constructor(
    scene: Scene,
    name: string,
    place: ServedPlace,
    options: { readonly rival: boolean; readonly dir?: string },
  ) {
    this.name = name.replaceAll(/\W+/g, '-');
    this.#scene = scene;
    this.#place = place;
    this.#rival = options.rival;
    this.#dir = options.dir ?? scene.folder(`${this.name}-project`);
    const yaml = `plugins: []\nstores:\n${entryLine('cloud', place)}network: { allowHosts: [127.0.0.1] }\n`;
    writeFileSync(join(this.#dir, 'runner.yaml'), yaml);
    if (options.rival) writeRemote(join(this.#dir, 'rclone.conf'), 'cloud', place.rclone.options);
  }

  remote(path: string): string {
    return `cloud:ours/${path}`;
  }

  /** A path of rclone's own, or of ours under its name for it. */
  rcloneRemote(path: string, whose: 'ours' | 'rclone' = 'rclone'): string {
    const { bucket } = this.#place.rclone;
    return `cloud:${bucket === '' ? '' : `${bucket}/`}${whose}/${path}`;
  }

  /** `runner store <args>` of the built program; throws when it fails. */
  async ours(...args: readonly (string | Wanted)[]): Promise<Measured> {
    const words = args.filter((arg) => typeof arg === 'string');
    const wanted = args.find((arg) => typeof arg !== 'string');
    const note = join(this.#dir, `note-${this.#notes++}.json`);
    const json = words[0] === 'ls' ? [] : ['--json'];
    const { wallMs, stdout } = await timeChild(
      process.execPath,
      ['--import', pathToFileURL(noteProcess).href, program, 'store', ...words, ...json],
      { cwd: this.#dir, env: { PLACE_SECRET: this.#place.secret, BENCH_PROCESS_NOTE: note } },
    );
    if (wanted?.says !== undefined && !stdout.includes(wanted.says))
      throw new Error(`runner store ${words.join(' ')} did not say ${wanted.says}: ${stdout.slice(-500)}`);
    return { wallMs, peakMb: (JSON.parse(readFileSync(note, 'utf8')) as Measured).peakMb };
  }

  /** `rclone <args>` with as many files at once as ours; undefined where there is no rclone, or where it fails. */
  async rclone(...args: readonly string[]): Promise<Pick<Measured, 'wallMs'> | undefined> {
    if (!this.#rival) return undefined;
    const flags = ['--config', join(this.#dir, 'rclone.conf'), '--transfers=16', '--checkers=16', '--retries=1'];
    // As quick as it can be: on its own it waits 10 ms between any two calls of a WebDAV server.
    flags.push('--webdav-pacer-min-sleep=0');
    try {
      return { wallMs: (await timeChild(rcloneProgram, [...flags, ...args])).wallMs };
    } catch (error) {
      this.#scene.say(`${this.name}: ${String(error).slice(0, 600)}`);
      return undefined;
    }
  }

  /** Fills a folder that the server serves, where its own user may read and write it. */
  fill(folder: string, path: string, write: (dir: string) => void): void {
    const dir = join(folder, 'ours', path);
    mkdirSync(dir, { recursive: true });
    write(dir);
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '--reference', folder, join(folder, 'ours', path)]);
  }

  /** How many requests a command makes, by a proxy before the server; undefined when it fails. */
  async requests(url: string, work: (through: StoreScene) => Promise<unknown>): Promise<number | undefined> {
    await using proxy = await countingProxy(url);
    const swap = <T extends { readonly [name: string]: string | boolean }>(options: T): T =>
      Object.fromEntries(
        Object.entries(options).map(([name, value]) => [
          name,
          typeof value === 'string' ? value.replace(url, proxy.url) : value,
        ]),
      ) as T;
    const place = {
      ...this.#place,
      entry: swap(this.#place.entry),
      rclone: { ...this.#place.rclone, options: swap(this.#place.rclone.options) },
    };
    const dir = this.#scene.folder(`${this.name}-counted-${this.#notes++}`);
    const through = new StoreScene(this.#scene, this.name, place, { rival: this.#rival, dir });
    return (await work(through)) === undefined ? undefined : proxy.count;
  }
}
