import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** Images by rows. */
  readonly images: readonly (readonly (readonly number[])[])[];
}

/** What the endpoint says to its n-th request (from 0): scores when undefined; `hold` never answers. */
export type Script = (
  request: number,
) =>
  | { readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }
  | 'hold'
  | undefined;

/** An Azure ML online endpoint on loopback: it scores the mean of each image in ten classes, and keeps what it was asked. */
export interface EndpointDouble extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  script: Script;
}

export async function endpointDouble(
  key: string,
  options: { readonly twice?: boolean; readonly classes?: number } = {},
): Promise<EndpointDouble> {
  const { twice = false, classes = 10 } = options;
  const double: { url: string; asked: Asked[]; script: Script } = { url: '', asked: [], script: () => undefined };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { input_data: images } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as {
        readonly input_data: Asked['images'];
      };
      const planned = double.script(double.asked.length);
      double.asked.push({ headers: request.headers, images });
      if (planned === 'hold') return;
      if (request.headers.authorization !== `Bearer ${key}`) {
        response.writeHead(401).end('key_auth_access_denied');
      } else if (planned !== undefined) {
        response.writeHead(planned.status, planned.headers).end(planned.body ?? 'busy');
      } else {
        const scores = images.map((image) => {
          const mean = image.flat().reduce((sum, value) => sum + value, 0) / image.flat().length / 255;
          return [mean, 1 - mean, ...new Array<number>(classes - 2).fill(0)];
        });
        const text = JSON.stringify(scores);
        response.writeHead(200, { 'content-type': 'application/json' }).end(twice ? JSON.stringify(text) : text);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/score`;
  return Object.assign(double, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
