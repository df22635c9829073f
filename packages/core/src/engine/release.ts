import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenStore } from '../model/store.ts';
import { tryLock } from '../state/lock.ts';
import { isReleased, type StoredOutput, type StoredRow } from '../state/rows.ts';
import type { LineId, State } from '../state/state.ts';
import { scratchLayout } from './work/tools.ts';

/** What `clean` frees (or would free), by place. */
export interface Released {
  readonly what: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * Frees the bytes of `work:` while every row stays done.
 *
 * Outputs are marked released before their files go, so a crash in between costs nothing; an item that later
 * has to read one makes it again. Lines that a live run holds are left alone.
 */
export async function releaseWork(
  state: State,
  openStore: OpenStore,
  workDir: string,
  options: { readonly dryRun: boolean },
): Promise<Released[]> {
  const released: Released[] = [];
  for (const line of state.lines()) {
    if (!line.place.startsWith('work:')) continue;
    const lock = options.dryRun ? { release: () => undefined } : tryLock(state.locksDir, `line-${line.id}`);
    if (lock === undefined) continue;
    try {
      const entry = await releaseLine(state, line, openStore, options.dryRun);
      if (entry.files > 0) released.push(entry);
    } finally {
      lock.release();
    }
  }
  for (const dir of Object.values(scratchLayout(workDir))) {
    const entry = releaseDir(dir, options.dryRun);
    if (entry.files > 0) released.push(entry);
  }
  return released;
}

async function releaseLine(state: State, line: LineId, openStore: OpenStore, dryRun: boolean): Promise<Released> {
  const store = await openStore(line.place);
  let files = 0;
  let sizeBytes = 0;
  let batch: StoredRow[] = [];
  const flush = (): void => {
    if (!dryRun && batch.length > 0) markAndRemove(state, batch, (key) => store.localPath(key) as string);
    batch = [];
  };
  for (const row of state.rows.each(line.id)) {
    const here = row.outputs.filter((output) => !isReleased(output[4]));
    if (here.length === 0) continue;
    files += here.length;
    sizeBytes += here.reduce((sum, output) => sum + output[1], 0);
    batch.push(row);
    if (batch.length >= 1_000) flush();
  }
  flush();
  return { what: line.place, files, sizeBytes };
}

function markAndRemove(state: State, rows: readonly StoredRow[], pathOf: (key: string) => string): void {
  const update = state.db.prepare('UPDATE row SET outputs = ? WHERE seq = ?');
  state.transaction(() => {
    state.db.prepare("INSERT OR REPLACE INTO meta VALUES ('released', '1')").run();
    for (const row of rows) {
      const marked = row.outputs.map(
        ([key, size, version, digest, kind]): StoredOutput => [
          key,
          size,
          version,
          digest,
          kind.endsWith('folder') ? 'released-folder' : 'released',
        ],
      );
      update.run(JSON.stringify(marked), row.seq);
    }
  });
  for (const row of rows) {
    for (const output of row.outputs) {
      if (!isReleased(output[4])) rmSync(pathOf(output[0]), { recursive: true, force: true });
    }
  }
}

// Scratch belongs to items that are not done; freeing it costs a download its resume, nothing else.
function releaseDir(dir: string, dryRun: boolean): Released {
  let files = 0;
  let sizeBytes = 0;
  const names = readdirOrNone(dir);
  for (const name of names) {
    const path = join(dir, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
      files++;
      sizeBytes += statSync(path).size;
    }
  }
  if (!dryRun) rmSync(dir, { recursive: true, force: true });
  return {
    what: dir.endsWith('.scratch') ? 'half-done downloads and other scratch' : 'spooled uploads',
    files,
    sizeBytes,
  };
}

function readdirOrNone(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
