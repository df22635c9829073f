import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { openArchive } from '@dataset-runner/kit/extract';

export interface Unpacked {
  readonly key: string;
  readonly file: FileRef;
}

/** Takes every file out of an archive; each is a row of its own, so a killed run goes on behind the last one it has. */
export const unpackSource = defineStep({
  name: 'unpack-source',
  needs: { cpu: true },
  async *work(archive: FileRef, { localPath, output, done, progress, signal }): AsyncGenerator<Unpacked> {
    await using opened = await openArchive(await localPath(archive), { name: archive.key, links: 'leave-out' });
    let seen = 0;
    for await (const entry of opened.entries()) {
      signal.throwIfAborted();
      progress(++seen, opened.report.entries);
      if (done(entry.key)) continue;
      yield { key: entry.key, file: await output.write(entry.key, await entry.open()) };
    }
  },
});
