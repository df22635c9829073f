import assert from 'node:assert/strict';
import { createRig } from '../../../src/testing/project-rig.ts';
import { startDavServer } from '../../../src/testing/dav-server.ts';
import { seeded } from '../../engine/support.ts';

export interface SyncKillFigures {
  kills: number;
  files: number;
  /** Uploads of files that were not there yet when their command started; the least is one for each file. */
  uploads: number;
}

/**
 * One round: a sync is killed three times at random moments and then ends; nothing that was there when a command
 * started is sent again by it, and in the end all is there.
 */
export async function syncKillRound(seed: number, files: number): Promise<SyncKillFigures> {
  const random = seeded(seed);
  const dav = await startDavServer();
  const figures = { kills: 0, files, uploads: 0 };
  const texts = new Map(Array.from({ length: files }, (_, i) => [`d${i % 5}/${i}.txt`, `${seed} ${i}`] as const));
  await using rig = await createRig({
    config: `plugins: []\nstores:\n  cloud: { url: 'webdav+${dav.url}/set' }\nnetwork: { allowHosts: [127.0.0.1] }\n`,
    files: Object.fromEntries([...texts].map(([key, text]) => [`src/${key}`, text])),
  });
  let puts = 0;
  let onPut = (): void => undefined;
  dav.fault = ({ method }) => {
    if (method === 'PUT') {
      puts++;
      onPut();
    }
    return undefined;
  };
  const there = (): number => [...texts.keys()].filter((key) => dav.tree.get(`/set/${key}`) !== undefined).length;
  try {
    for (let kill = 0; kill < 3; kill++) {
      const [before, putsBefore] = [there(), puts];
      const running = rig.start('store', 'sync', 'src', 'cloud:', '--quiet');
      const until = puts + 1 + Math.floor((random() * files) / 4);
      await Promise.race([reached(() => puts >= until), running.ended]);
      running.process.kill('SIGKILL');
      if ((await running.ended).signal === 'SIGKILL') figures.kills++;
      assert.ok(puts - putsBefore <= files - before, 'a file that was there was sent again');
    }
    const [before, putsBefore] = [there(), puts];
    const last = await rig.runner('store', 'sync', 'src', 'cloud:', '--quiet');
    assert.equal(last.code, 0, last.stdout + last.stderr);
    assert.equal(puts - putsBefore, files - before, 'the last command sent what was missing, and nothing else');
    for (const [key, text] of texts)
      assert.equal(Buffer.from(dav.tree.get(`/set/${key}`)?.bytes ?? '').toString(), text);
    figures.uploads = puts;
    return figures;
  } finally {
    await dav.close();
  }

  function reached(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      onPut = () => condition() && resolve();
    });
  }
}
