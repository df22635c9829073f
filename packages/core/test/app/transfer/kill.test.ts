import assert from 'node:assert/strict';
import { syncKillRound } from './kill-rounds.ts';

describe('a sync that is killed', function () {
  this.timeout(120_000);

  it('goes on with the same command, and sends nothing again that was there', async () => {
    const { kills, files, uploads } = await syncKillRound(1, 400);
    assert.ok(kills > 0, 'it was over before it could be killed');
    // What was under way at a kill is sent again: at most the sixteen files at once.
    assert.ok(uploads <= files + kills * 16, `${uploads} uploads for ${files} files and ${kills} kills`);
  });
});
