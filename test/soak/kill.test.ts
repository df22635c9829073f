import { type KillFigures, killRound } from '../../packages/core/test/engine/kill-rounds.ts';

describe('a run that is killed, at length', function () {
  this.timeout(3_600_000);

  it('ends exactly right after at least 200 kills', async () => {
    const figures: KillFigures = { kills: 0, again: 0, items: 0 };
    for (let seed = 1_000; figures.kills < 200; seed++) {
      await killRound(seed, 'SIGKILL', figures);
      if (seed % 10 === 0) console.log(`      ${figures.kills} kills so far`);
    }
    console.log(
      `      ${figures.kills} kills; of ${figures.items} items ${figures.again} were in flight and made again`,
    );
  });

  it('ends exactly right after 60 interrupts', async () => {
    const figures: KillFigures = { kills: 0, again: 0, items: 0 };
    for (let seed = 5_000; figures.kills < 60; seed++) await killRound(seed, 'SIGINT', figures);
    console.log(`      ${figures.kills} interrupts; of ${figures.items} items ${figures.again} were made again`);
  });
});
