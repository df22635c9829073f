import type { ByteRange } from '../../model/driver.ts';
import { fail } from '../../model/failure.ts';
import type { Store } from '../../model/store.ts';
import type { OutStream } from '../context.ts';
import { RunnerCommand } from '../runner-command.ts';
import { splitFileUrl } from '../store-url.ts';

/** `runner store cat`: a file's bytes, or some of them, on stdout. */
export class StoreCatCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const { place, key } = splitFileUrl(line.arg('file'));
    const runner = await this.context.runner();
    const store = await runner.store(place);
    const text = line.text('range');
    const range = text === undefined ? undefined : await rangeOf(text, store, key);
    await printAll(await store.read(key, range === undefined ? {} : { range }), this.context.world.stdout);
    return 0;
  }
}

/** Reads first and last byte as HTTP writes them: `0-99`, `100-`, `-100`. */
async function rangeOf(text: string, store: Store, key: string): Promise<ByteRange> {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === '' && last === '')
    throw fail('usage.invalid', { message: `--range is 0-99, 100- or -100, not ${text}` });
  if (first !== '' && last !== '' && Number(last) < Number(first))
    throw fail('usage.invalid', { message: `--range ends before it starts: ${text}` });
  if (first === '') {
    const size = (await store.stat(key))?.size ?? 0;
    return { start: Math.max(0, size - Number(last)) };
  }
  return { start: Number(first), ...(last === '' ? {} : { end: Number(last) + 1 }) };
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
