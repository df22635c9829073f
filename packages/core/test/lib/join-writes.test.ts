import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { joinWrites } from '../../src/lib/join-writes.ts';

describe('A socket whose writes are joined', () => {
  let near: Socket;
  let far: Socket;
  const server = createServer();

  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
    joinWrites(near);
  });

  afterEach(async () => {
    near.destroy();
    far.destroy();
    server.close();
    await once(server, 'close');
  });

  it('sends what is written in one turn in one piece, in its order', async () => {
    const pieces: string[] = [];
    far.on('data', (piece: Buffer) => pieces.push(piece.toString()));
    for (const turn of ['one', 'two']) {
      for (let n = 0; n < 50; n++) near.write(`${turn} ${n}, `);
      assert.equal(near.writableLength > 0, true, 'nothing is sent before the end of the turn');
      await once(far, 'data');
    }
    const expected = ['one', 'two'].map((turn) => Array.from({ length: 50 }, (_, n) => `${turn} ${n}, `).join(''));
    assert.deepEqual(pieces, expected);
  });

  it('tells who writes when to wait, and when it is done', async () => {
    far.resume();
    let isFull = false;
    while (!isFull) isFull = !near.write(Buffer.alloc(100_000));
    await once(near, 'drain');
    const done = new Promise<unknown>((resolve) => near.write('x', resolve));
    assert.equal((await done) ?? undefined, undefined);
  });

  it('sends all before its end', async () => {
    const received: Buffer[] = [];
    far.on('data', (piece: Buffer) => received.push(piece));
    near.write('a');
    near.end('b');
    await once(far, 'end');
    assert.equal(Buffer.concat(received).toString(), 'ab');
  });
});
