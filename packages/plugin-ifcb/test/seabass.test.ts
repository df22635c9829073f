import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { failuresOf } from './support/classify-project.ts';
import { ifcbProject } from './support/project.ts';
import { madeFeatures, madePredictions, people } from './support/published.ts';

const [one, two] = ['D20240101T000000_IFCB199', 'D20240101T010000_IFCB199'] as const;

function write(rig: ProjectRig): void {
  rig.write(
    `features/${one}_features_v4.csv`,
    madeFeatures([
      [1, 400],
      [3, 900],
      [4, 0],
    ]),
  );
  rig.write(
    `features/${one}_fea_v4.csv`,
    madeFeatures([
      [1, 400],
      [3, 900],
      [4, 0],
    ]),
  );
  rig.write(`features/${two}_features_v4.csv`, madeFeatures([[2, 250]]));
  // Not in the order of the features, and one image that has none: joined by number, not by row.
  rig.write(
    'predictions.csv',
    madePredictions([
      [one, 4, 'Crypto', 0.6],
      [one, 3, 'Diatom', 0.9],
      [one, 9, 'Crypto', 0.7],
      [one, 1, 'Crypto', 0.8],
      [two, 2, 'Diatom', 0.7],
    ]),
  );
  rig.write(
    'meta.csv',
    `bin,lat,lon,ml_analyzed,sample_type,station\n${one},41.5,-70.6,2.5,niskin,S 1\n${two},,,2.6,,\n`,
  );
  rig.write('people.json', people);
}

const common =
  '--predictions ./predictions.csv --metadata ./meta.csv --experiment EXPO --cruise EXPO01 --investigators ./people.json --documents ./docs/protocol.docx --out ./sb'.split(
    ' ',
  );

describe('ifcb:seabass', function () {
  this.timeout(120_000);

  it('refuses to write into a place that it packs whole, and packs one that lies beside', async () => {
    await using rig = await ifcbProject();
    write(rig);
    rig.write(`sb/raw/${one}.adc`, '1\n');
    for (const packed of ['--raw', '--images']) {
      const { code, stdout, stderr } = await rig.runner('run', 'ifcb:seabass', './features', ...common, packed, '.');
      assert.equal(code, 1, stdout + stderr);
      assert.match(stdout + stderr, /\.\/sb lies in \.: the next run would/);
    }
    await rig.runner('run', 'ifcb:seabass', './features', ...common, '--raw', './sb/raw');
    assert.ok(rig.exists('sb/EXPO-EXPO01_IFCB_raw_data_associated.tgz'));
  });

  it('joins by number, names the bin without a position, and passes its own checker', async () => {
    await using rig = await ifcbProject();
    write(rig);
    rig.write(`raw/${one}.adc`, '1\n');
    const { code, report } = await rig.json('run', 'ifcb:seabass', './features', ...common, '--raw', './raw');
    assert.equal(code, 1);
    const failures = failuresOf(report);
    assert.deepEqual(
      failures.map((failure) => failure.at.item),
      [two],
    );
    assert.match(failures[0]!.message!, /nothing tells the position of D20240101T010000_IFCB199/);

    rig.write(
      'meta.csv',
      `bin,lat,lon,ml_analyzed,sample_type,station\n${one},41.5,-70.6,2.5,niskin,S 1\n${two},41.6,-70.7,2.6,,\n`,
    );
    const again = await rig.json('run', 'ifcb:seabass', './features', ...common, '--raw', './raw');
    assert.equal(again.code, 0, again.stderr);
    const names = readdirSync(rig.path('sb'))
      .filter((name) => name.endsWith('.sb'))
      .sort();
    assert.deepEqual(names, [
      `EXPO-EXPO01_inline_IFCB_plankton_and_particles_${two}_R1.sb`,
      `EXPO-EXPO01_niskin_IFCB_plankton_and_particles_${one}_R1.sb`,
    ]);
    const sb = rig.read(`sb/${names[1]}`);
    assert.match(sb, /^\/data_type=bottle$/m);
    assert.match(sb, /^\/station=S_1$/m);
    assert.match(sb, /^\/documents=protocol\.docx,checklist/m);
    assert.match(sb, /^\/associated_archives=EXPO-EXPO01_IFCB_raw_data_associated\.tgz$/m);
    assert.ok(rig.exists('sb/EXPO-EXPO01_IFCB_raw_data_associated.tgz'));
    const rows = sb
      .slice(sb.indexOf('/end_header\n') + 12)
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','));
    // 400 and 900 pixels at 2.7488 pixels/um.
    assert.deepEqual(
      rows.map((row) => [row[0]!.slice(-9), row[1], row[3], row[6]]),
      [
        ['00001.png', 'Crypto', 'urn:lsid:marinespecies.org:taxname:17639', '52.939'],
        ['00003.png', 'Diatom', 'urn:lsid:marinespecies.org:taxname:148899', '119.112'],
        ['00004.png', 'Crypto', 'urn:lsid:marinespecies.org:taxname:17639', '-9999'],
      ],
    );
    assert.match(rig.read('sb/documents/automated_assessed_id_EXPO-EXPO01.txt'), /^Crypto,Cryptophyceae,urn:lsid/m);

    const archives = ['run', 'ifcb:seabass', './features', ...common, '--raw', './raw', '--images', './features'];
    assert.equal((await rig.runner(...archives)).code, 0);
    const twice = await rig.runner(...archives);
    assert.match(twice.stdout, /Nothing to do/);
    assert.doesNotMatch(twice.stdout + twice.stderr, /no item makes any more/);

    const checked = await rig.runner('run', 'ifcb:seabass-check', './sb', '--out', './checked');
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.stdout, /2 files: 0 errors/);
  });

  it('lists the classes that were looked for, found or not, and logs those without a name', async () => {
    await using rig = await ifcbProject();
    write(rig);
    const assessed = (): readonly string[] =>
      rig.read('sb/documents/automated_assessed_id_EXPO-EXPO01.txt').trimEnd().split('\n');
    const classesOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(',')[0]!);
    rig.write(
      'predictions.csv',
      `bin,roi,class,score,score_Null,score_Zoea,score_Diatom\n${[1, 3, 4].map((roi) => `${one},${roi},${roi === 4 ? 'unclassified' : 'Diatom'},0.6,0.2,0.2,0.6\n`).join('')}`,
    );
    const named = await rig.json('run', 'ifcb:seabass', './features', ...common);
    assert.deepEqual(assessed(), [
      'Null,bad_image,ptwg:bad_image',
      'Diatom,Bacillariophyceae,urn:lsid:marinespecies.org:taxname:148899',
      'unclassified,other,ptwg:other',
    ]);
    assert.match(
      rig.read('sb/documents/checklist_IFCB_plankton_and_particles_EXPO-EXPO01.txt'),
      /^Classes that were assessed: Null, Diatom, unclassified$/m,
    );
    assert.match(named.stderr + (await rig.runner('logs')).stdout, /class 'Zoea' has no scientific name/);

    // A table without scores does not tell its classes; the map that comes with it does.
    rig.write(
      'predictions.csv',
      `bin,roi,class,score\n${[1, 3, 4].map((roi) => `${one},${roi},Diatom,0.6\n`).join('')}`,
    );
    rig.write('map.json', '{"Zoea":{"name":"Brachyura","id":106673}}');
    await rig.runner('run', 'ifcb:seabass', './features', ...common, '--class-map', './map.json');
    assert.deepEqual(classesOf(assessed()), ['Zoea', 'Diatom']);
  });

  it('takes ml folders of the old chain and its table of predictions', async () => {
    await using rig = await ifcbProject();
    write(rig);
    const columns = 'Area,Biovolume,MajorAxisLength,MinorAxisLength,EquivalentDiameter,Latitude';
    rig.write(`ml/${one}/${one}_ml.csv`, `${columns}\n400,4000,24,16,22,NaN\n900,13500,36,24,33,NaN\n`);
    for (const roi of ['00003', '00001']) rig.write(`ml/${one}/${one}_${roi}.png`, 'png');
    const scores = (best: number): string =>
      Array.from({ length: 10 }, (_, at) => (at === best ? '0.91' : '0.01')).join(',');
    const header = `,${Array.from({ length: 10 }, (_, at) => at).join(',')},filepath,pred_label\n`;
    const results = `${header}0,${scores(3)},ml\\${one}\\${one}_00003.png,3\n0,${scores(0)},ml/${one}/${one}_00001.png,0\n`;
    rig.write('predictions.csv', results);
    const { code, stderr } = await rig.runner('run', 'ifcb:seabass', './ml', ...common);
    assert.equal(code, 0, stderr);
    const sb = rig.read(`sb/EXPO-EXPO01_niskin_IFCB_plankton_and_particles_${one}_R1.sb`);
    assert.match(sb, /_00001\.png,Chloro,.*,0\.91,[\d.]+,52\.939,8\.731,5\.821,/);
    assert.match(sb, /_00003\.png,Diatom,.*,119\.112,/);

    rig.write('predictions.csv', `bin,roi,class,score\n${one},1,Diatom,\n${one},3,Crypto,0.5\n`);
    assert.equal((await rig.runner('run', 'ifcb:seabass', './ml', ...common)).code, 0);
    const unsure = rig.read(`sb/EXPO-EXPO01_niskin_IFCB_plankton_and_particles_${one}_R1.sb`);
    assert.match(unsure, /_00001\.png,Diatom,Bacillariophyceae,[^,]+,-9999,/);

    rig.write(`ml/${one}/${one}_00005.png`, 'png');
    const { report } = await rig.json('run', 'ifcb:seabass', './ml', ...common);
    assert.equal(failuresOf(report)[0]?.code, 'ifcb.ml-rows');
  });

  it('names what does not fit: classes without a name, scattered rows, other tables, an empty place', async () => {
    await using rig = await ifcbProject();
    write(rig);
    const codes = async (): Promise<readonly string[]> =>
      failuresOf((await rig.json('run', 'ifcb:seabass', './features', ...common)).report).map(({ code }) => code);
    rig.write(
      'predictions.csv',
      madePredictions([
        [one, 1, 'Diatom', 0.6],
        [two, 2, 'Diatom', 0.9],
        [one, 3, 'Diatom', 0.7],
      ]),
    );
    assert.ok((await codes()).includes('ifcb.predictions-scattered'));
    rig.write('predictions.csv', 'filepath,pred_label,0\nml/a.png,0,1\n');
    assert.ok((await codes()).includes('ifcb.prediction-invalid'));
    for (const roi of ['1', 'one', '']) {
      rig.write('predictions.csv', `bin,roi,class,score\n${one},1,Diatom,0.6\n${one},${roi},Crypto,0.7\n`);
      assert.ok((await codes()).includes('ifcb.prediction-invalid'), `image ${roi}`);
    }
    rig.write('predictions.csv', 'bin,roi\nA,1\n');
    assert.ok((await codes()).includes('ifcb.metadata-column'));
    rig.write(
      'predictions.csv',
      madePredictions([
        [one, 1, 'Zoea', 0.6],
        [one, 3, 'Zoea', 0.6],
        [one, 4, 'Zoea', 0.6],
      ]),
    );
    assert.ok((await codes()).includes('ifcb.class-unmapped'));
    rig.write(`features/${one}_features_v4.csv`, `${madeFeatures([[1, 4]])}${madeFeatures([[1, 4]]).split('\n')[1]}\n`);
    assert.ok((await codes()).includes('ifcb.features-invalid'));
    rig.write(`features/${one}_features_v4.csv`, madeFeatures([[1, 400]]));
    rig.write('predictions.csv', madePredictions([[one, 1, 'Diatom', 0.6]]));
    const same = await rig.json(
      'run',
      'ifcb:seabass',
      './features',
      ...common.map((word) => (word === 'EXPO01' ? 'expo' : word)),
    );
    assert.match(failuresOf(same.report)[0]?.message ?? '', /cruise_same_as_experiment/);
    rig.write('empty/readme.txt', '');
    const { report } = await rig.json('run', 'ifcb:seabass', './empty', ...common);
    assert.equal(failuresOf(report)[0]?.code, 'ifcb.no-tables');
  });
});

describe('ifcb:seabass-check', function () {
  this.timeout(120_000);

  it('ends with a code and names file and line of errors', async () => {
    await using rig = await ifcbProject();
    rig.write('sb/a.sb', '/begin_header\n/cruise=A \n/end_header\n');
    const { code, report: failed } = await rig.json('run', 'ifcb:seabass-check', './sb', '--out', './checked');
    assert.equal(code, 1);
    assert.equal(failuresOf(failed)[0]?.code, 'ifcb.seabass-invalid');
    assert.match(
      failuresOf(failed)[0]?.message ?? '',
      /^a\.sb:0: error required_header_not_found: .* \(and \d+ more errors\)$/,
    );
    const logs = await rig.runner('logs');
    assert.match(logs.stdout, /a\.sb:2: error headerline_contained_whitespace: /);
    assert.match(rig.read('checked/findings.csv'), /^a\.sb,2,error,headerline_contained_whitespace,/m);
    rig.write('none/a.txt', '');
    const { report } = await rig.json('run', 'ifcb:seabass-check', './none', '--out', './checked');
    assert.equal(failuresOf(report)[0]?.code, 'ifcb.seabass-none');
  });
});
