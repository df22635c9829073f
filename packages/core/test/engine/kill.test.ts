import { type KillFigures, killRound } from './kill-rounds.ts';

// Each round kills three times; with 200 rounds and more the same is in the soak tests.
describe('a run that is killed', function () {
  this.timeout(600_000);

  it('ends exactly right after 21 kills at random moments, nothing committed done twice', async () => {
    const figures: KillFigures = { kills: 0, again: 0, items: 0 };
    for (let seed = 1; seed <= 7; seed++) await killRound(seed, 'SIGKILL', figures);
    console.log(
      `      ${figures.kills} kills; of ${figures.items} items ${figures.again} were in flight and made again`,
    );
  });

  it('ends exactly right after interrupts at random moments', async () => {
    const figures: KillFigures = { kills: 0, again: 0, items: 0 };
    for (let seed = 101; seed <= 103; seed++) await killRound(seed, 'SIGINT', figures);
    console.log(`      ${figures.kills} interrupts; of ${figures.items} items ${figures.again} were made again`);
  });
});
