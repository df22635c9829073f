import type { OutStream } from '../context.ts';
import { RunnerCommand } from '../runner-command.ts';
import { splitFileUrl } from '../store-url.ts';

/** `runner store cat`: a file's bytes on stdout. */
export class StoreCatCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const { place, key } = splitFileUrl(line.arg('file'));
    const runner = await this.context.runner();
    const store = await runner.store(place);
    await printAll(await store.read(key), this.context.world.stdout);
    return 0;
  }
}

/** Copies bytes to a stream at the stream's own speed; ends when its reader goes away, as `| head` does. */
async function printAll(pieces: AsyncIterable<Uint8Array>, stream: OutStream): Promise<void> {
  const emitter = isEmitter(stream) ? stream : undefined;
  let gone = false;
  const onError = (): void => void (gone = true);
  emitter?.on('error', onError);
  try {
    for await (const piece of pieces) {
      if (gone) return;
      // Without waiting, a file of 10 GB piped into a slow program would pile up in memory.
      if (!stream.write(piece) && emitter !== undefined) await drained(emitter);
    }
  } finally {
    emitter?.off('error', onError);
  }
}

// Not events.once: it throws when the stream fails, and a reader that has seen enough is no failure.
function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const event of ['drain', 'error', 'close']) stream.off(event, settle);
      resolve();
    };
    for (const event of ['drain', 'error', 'close']) stream.on(event, settle);
  });
}

function isEmitter(stream: OutStream): stream is OutStream & NodeJS.EventEmitter {
  return typeof (stream as { readonly once?: unknown }).once === 'function';
}
