import assert from 'node:assert/strict';
import { SignalHandling } from '../../src/cli/signals.ts';

describe('signals', () => {
  it('drain first, then stop, then end', () => {
    const said: string[] = [];
    const ended: number[] = [];
    using handling = new SignalHandling(
      (how) => said.push(how),
      (code) => ended.push(code),
    );
    const { drain, stop } = handling.signals;
    handling.next();
    assert.deepEqual([drain.aborted, stop.aborted], [true, false]);
    handling.next();
    assert.deepEqual([drain.aborted, stop.aborted, ended.length], [true, true, 0]);
    handling.next();
    assert.deepEqual([said, ended], [['drain', 'now'], [130]]);
  });

  it('of a closed terminal drain, however many come', () => {
    const said: string[] = [];
    using handling = new SignalHandling((how) => said.push(how));
    for (let i = 0; i < 4; i++) process.emit('SIGHUP');
    assert.deepEqual([said, handling.signals.stop.aborted], [['drain'], false]);
  });

  it('mean again what they meant before, when the command is over', () => {
    const before = process.listenerCount('SIGINT');
    const handling = new SignalHandling(() => {});
    assert.equal(process.listenerCount('SIGINT'), before + 1);
    handling[Symbol.dispose]();
    assert.equal(process.listenerCount('SIGINT'), before);
  });
});
