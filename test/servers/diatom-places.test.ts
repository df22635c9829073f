import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRig } from '@dataset-runner/core/testing';
import { pictures, zip } from '../../packages/plugin-diatom/test/support/pictures.ts';
import { buildArgs, entry, filesIn } from '../../packages/plugin-diatom/test/support/project.ts';
import { openSite, type Site } from '../../packages/plugin-diatom/test/support/site.ts';
import { entryLine, placeKinds, type ServedPlace } from '../../scripts/servers/places.ts';
import { skip } from '../support/skip.ts';

const labels = ['amphora', 'navicula'];

for (const kind of placeKinds) {
  describe(`diatom:build with --upload to ${kind.name}`, function () {
    // Installing takes its time where it is the first run.
    this.timeout(600_000);
    let place: ServedPlace;
    let site: Site;

    before(async function () {
      const why = await kind.prepare();
      if (why !== undefined) skip(this, why);
      place = await kind.start();
      site = await openSite();
      for (const label of labels) site.set(`${label}.zip`, await zip(pictures(label, 4)));
    });

    after(async () => {
      await site?.[Symbol.asyncDispose]();
      await place?.stop();
    });

    it('puts the set there byte by byte, and has nothing to do the second time', async () => {
      await using rig = await createRig({
        packages: ['@dataset-runner/plugin-diatom', '@dataset-runner/kit'],
        config: `plugins: ['@dataset-runner/plugin-diatom']\nnetwork: { allowHosts: [127.0.0.1] }\nstores:\n${entryLine('cloud', place)}`,
        env: { PLACE_SECRET: place.secret },
      });
      rig.write('species.json', JSON.stringify(labels.map((label) => entry(site.url, label))));
      const build = [...buildArgs, '--test-count', '1', '--small-class', 'all-train', '--upload', 'cloud:sets'];
      const first = await rig.json(...build);
      assert.equal(first.code, 0, first.stderr);
      const [path = ''] = filesIn(rig.dir).filter((name) => /diatom_set-[^/]*\.zip$/.test(name));
      const name = path.slice(path.lastIndexOf('/') + 1);
      const got = await rig.runner('store', 'cp', `cloud:sets/${name}`, './got.zip');
      assert.equal(got.code, 0, got.stderr);
      assert.ok(readFileSync(rig.path('got.zip')).equals(readFileSync(rig.path(path))));
      const again = await rig.json(...build);
      assert.equal(again.code, 0, again.stderr);
      const maps = again.report['maps'] as readonly { readonly counts: { readonly done?: number } }[];
      assert.deepEqual(
        maps.map(({ counts }) => counts.done ?? 0).filter((done) => done > 0),
        [],
      );
    });
  });
}
