// A TCP proxy before a real server that does to its connections what bad networks do.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface UnkindProxy extends AsyncDisposable {
  /** As in `http://127.0.0.1:1234`. */
  readonly url: string;
  /** Uploads that were begun. */
  readonly puts: number;
  /** All bytes that clients sent. */
  readonly sentBytes: number;
  /** How many more uploads are cut in their middle. */
  cuts: number;
  /** True: one byte of what is downloaded comes wrong. */
  flips: boolean;
  /** How many more uploads have one byte wrong. */
  wrongUploads: number;
}

/** Bytes of an upload that pass before it is cut, and of a download before the wrong one. */
const passingBytes = 10_000;

export async function unkindProxy(target: string): Promise<UnkindProxy> {
  const state = { puts: 0, sentBytes: 0, cuts: 0, flips: false, wrongUploads: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const far = connect(Number(new URL(target).port), '127.0.0.1');
    let uploadBytes = -1;
    let downloadBytes = -1;
    client.on('data', (piece) => {
      state.sentBytes += piece.length;
      // Both programs start a request in a piece of its own.
      const method = piece.toString('latin1', 0, 4);
      if (method === 'PUT ') {
        state.puts++;
        uploadBytes = 0;
      } else if (/^[A-Z]{3}/.test(method)) {
        uploadBytes = -1;
        downloadBytes = method === 'GET ' ? 0 : -1;
      }
      if (uploadBytes >= 0) uploadBytes += piece.length;
      if (state.cuts > 0 && uploadBytes > passingBytes) {
        state.cuts--;
        far.end(piece.subarray(0, piece.length - (uploadBytes - passingBytes)));
        client.resetAndDestroy();
      } else {
        if (state.wrongUploads > 0 && uploadBytes > passingBytes) {
          state.wrongUploads--;
          piece.writeUInt8((piece.at(-1) ?? 0) ^ 1, piece.length - 1);
          uploadBytes = -1;
        }
        far.write(piece);
      }
    });
    far.on('data', (piece) => {
      if (downloadBytes >= 0) downloadBytes += piece.length;
      if (state.flips && downloadBytes > passingBytes) {
        piece.writeUInt8((piece.at(-1) ?? 0) ^ 1, piece.length - 1);
        downloadBytes = -1;
      }
      if (!client.destroyed) client.write(piece);
    });
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
