import { faultRound } from '../../packages/core/test/app/transfer/fault-rounds.ts';
import { syncKillRound } from '../../packages/core/test/app/transfer/kill-rounds.ts';

describe('a sync, at length', function () {
  this.timeout(3_600_000);

  it('ends byte for byte right after 500 faults in 2,000 files, each way', async () => {
    const { faults, commands, looks } = await faultRound({ seed: 2, files: 2_000, faults: 500 });
    console.log(`      ${JSON.stringify(faults)}; ${commands} commands, ${looks} looks at whole files`);
  });

  it('ends exactly right after 30 rounds of kills', async () => {
    let [kills, files, uploads] = [0, 0, 0];
    for (let seed = 100; seed < 130; seed++) {
      const round = await syncKillRound(seed, 600);
      kills += round.kills;
      files += round.files;
      uploads += round.uploads;
    }
    console.log(`      ${kills} kills; ${uploads} uploads of ${files} files`);
  });
});
