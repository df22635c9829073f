import { once } from 'node:events';
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
    const { stdout } = this.context.world;
    for await (const piece of await store.read(key)) await written(stdout, piece);
    return 0;
  }
}

// Without waiting, a file of 10 GB piped into a slow program would pile up in memory.
async function written(stream: OutStream, piece: Uint8Array): Promise<void> {
  if (!stream.write(piece) && isEmitter(stream)) await once(stream, 'drain');
}

function isEmitter(stream: OutStream): stream is OutStream & NodeJS.EventEmitter {
  return typeof (stream as { readonly once?: unknown }).once === 'function';
}
