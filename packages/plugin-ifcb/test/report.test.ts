import assert from 'node:assert/strict';
import { drawMap } from '../src/report/draw-map.ts';
import { drawSeries } from '../src/report/draw-series.ts';
import { unknownMetadata } from '../src/metadata/bin-metadata.ts';
import { ifcbReportPage } from '../src/report/report-page.ts';
import { summarise } from '../src/report/summary.ts';
import { madeParticles } from './support/made-submission.ts';
import { plainPng } from './support/pngs.ts';
import { ifcbProject } from './support/project.ts';
import { madeFeatures, madePredictions } from './support/published.ts';

const [one, two] = ['D20240101T000000_IFCB199', 'D20240102T000000_IFCB199'] as const;

function svgOf(src: string | undefined): string {
  return Buffer.from((src ?? '').slice((src ?? '').indexOf(',') + 1), 'base64').toString();
}

/** Whether the first place of a map lies within its land, by the rule evenodd. */
function isLand(svg: string): boolean {
  const [, x = Number.NaN, y = Number.NaN] = (/<circle cx="([\d.-]+)" cy="([\d.-]+)"/.exec(svg) ?? []).map(Number);
  const [, path = ''] = /<path d="([^"]*)" fill="var\(--land\)"/.exec(svg) ?? [];
  let crossed = 0;
  for (const ring of path.split('M').slice(1)) {
    const points = ring
      .replace('Z', '')
      .split('L')
      .map((point) => point.split(' ').map(Number) as [number, number]);
    for (const [at, [x1, y1]] of points.entries()) {
      const [x2, y2] = points[(at + 1) % points.length]!;
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) crossed++;
    }
  }
  return crossed % 2 === 1;
}

describe('the drawings of a report', () => {
  it('mark each place over the land around it', () => {
    const svg = svgOf(
      drawMap([
        { latitude: 41.5, longitude: -70.6, images: 10 },
        { latitude: 42.5, longitude: -69, images: 1000 },
      ]),
    );
    assert.equal(svg.match(/<circle/g)?.length, 2);
    assert.match(svg, /<path d="M[^"]{100,}"/, 'land');
    assert.match(svg, />42°N</);
    assert.match(svg, />70°W</);
    for (const [, x, y] of svg.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)"/g))
      assert.ok(Number(x) > 0 && Number(x) < 900 && Number(y) > 0, `${x} ${y}`);
  });

  it('keep places on both sides of the date line together, with the names of both sides', () => {
    const at = (latitude: number, longitude: number) => ({ latitude, longitude, images: 1 });
    const svg = svgOf(drawMap([at(65.5, 179.5), at(66, -179), at(65, 178)]));
    const xs = Array.from(svg.matchAll(/<circle cx="([\d.-]+)"/g), ([, x]) => Number(x));
    assert.ok(xs[2]! < xs[0]! && xs[0]! < xs[1]! && xs[1]! - xs[2]! > 200, xs.join());
    for (const name of ['178°E', '180°', '178°W']) assert.ok(svg.includes(`>${name}<`), name);
  });

  it('name no place that is not on earth', () => {
    const places = [-179, -60, 60, 179].map((longitude) => ({ latitude: 10, longitude, images: 1 }));
    for (const [, degrees, side] of svgOf(drawMap(places)).matchAll(/>(\d+)°([NSEW]?)</g))
      assert.ok(Number(degrees) <= (/[NS]/.test(side!) ? 90 : 180), `${degrees} ${side}`);
  });

  it('draw sea where there is sea, and land where there is land, at every longitude', () => {
    for (const [latitude, longitude, land] of [
      [67, 1, false],
      [67, -25.5, false],
      [71.1, 30, false],
      [-16.7, 60, false],
      [67, 60, true],
      [67, 179.9, true],
      [67, -179.9, true],
      [-82, 60, true],
      [-89, 170, true],
      [18.3, -66.4, true],
    ] as const) {
      const svg = svgOf(drawMap([{ latitude, longitude, images: 1 }]));
      assert.equal(isLand(svg), land, `${latitude} ${longitude}`);
    }
  });

  it('give a series of nothing but zeros the height 0', () => {
    const points = [0, 86_400_000].map((ms) => ({ ms, value: 0 }));
    assert.match(svgOf(drawSeries([{ name: 'all', points }])), />up to 0</);
  });

  it('draw no map without places, and no series of one moment', () => {
    assert.equal(drawMap([]), undefined);
    assert.equal(drawSeries([{ name: 'all', points: [{ ms: 1, value: 1 }] }]), undefined);
  });

  it('draw series of more moments than a call has room for', () => {
    const points = Array.from({ length: 150_000 }, (_, ms) => ({ ms, value: ms % 7 }));
    assert.match(svgOf(drawSeries([{ name: 'all', points }])), /up to 6</);
  });

  it('draw a map of more bins than a call has room for', () => {
    const places = Array.from({ length: 150_000 }, (_, at) => ({ latitude: at % 60, longitude: at % 90, images: at }));
    assert.equal(svgOf(drawMap(places)).match(/<circle/g)?.length, 150_000);
  });

  it('draw every series on one time axis', () => {
    const points = [
      { ms: 0, value: 1 },
      { ms: 86_400_000, value: 4 },
    ];
    const svg = svgOf(
      drawSeries([
        { name: 'all', points },
        { name: 'a<b', points },
      ]),
    );
    assert.equal(svg.match(/<circle/g)?.length, 4);
    assert.match(svg, /a&lt;b/);
    assert.match(svg, /1970-01-02 00:00 UTC/);
  });
});

describe('the sums of a bin', () => {
  it('are by class, in micrometres, with candidates that no order of rows changes', () => {
    const how = { pixelsPerUm: 2, perClass: 1, seed: 1 };
    const sum = summarise(one, madeParticles, how);
    assert.deepEqual(sum.classes[0], { name: 'Diatom', images: 1, biovolume: 19_158.18555 / 8, area: 1331 / 4 });
    assert.deepEqual(summarise(one, madeParticles.toReversed(), how), sum);
  });

  it('count images whose sizes nobody knows, without their sizes', () => {
    const [known] = madeParticles;
    const unknown = { ...known!, roi: 3, area: Number.NaN, biovolume: Number.NaN };
    const { classes } = summarise(one, [known!, unknown], { pixelsPerUm: 1, perClass: 1, seed: 1 });
    assert.deepEqual(classes, [{ name: 'Diatom', images: 2, biovolume: known!.biovolume, area: known!.area }]);
  });
});

describe('the page of a report', () => {
  it('counts images per ml in the bins whose volume is known, and in no others', () => {
    const bin = (key: string, images: number) => ({
      key,
      classes: [{ name: 'Diatom', images, biovolume: 1, area: 1 }],
      candidates: [],
    });
    const metadata = new Map([
      [one, { ...unknownMetadata, volumeImagedMl: 4 }],
      ['D20240103T000000_IFCB199', { ...unknownMetadata, volumeImagedMl: -1 }],
    ]);
    const bins = [bin(one, 10), bin(two, 30), bin('D20240103T000000_IFCB199', 50)];
    const page = { title: 't', bins, metadata, remarks: [], isJudged: false, sheet: [], provenance: [] };
    assert.match(ifcbReportPage(page), /<td[^>]*>Diatom<\/td><td class="n">90<\/td>.*?<td class="n">2\.50<\/td>/);
  });
});

describe('ifcb:report', function () {
  this.timeout(120_000);

  it('writes one page of classes, images, map, series and quality, that loads nothing', async () => {
    await using rig = await ifcbProject();
    rig.write(
      `features/${one}_features_v4.csv`,
      madeFeatures([
        [1, 400],
        [3, 900],
      ]),
    );
    rig.write(`features/${two}_features_v4.csv`, madeFeatures([[2, 250]]));
    rig.write(
      'predictions.csv',
      madePredictions([
        [one, 1, 'Crypto', 0.8],
        [one, 3, 'Diatom', 0.9],
        [two, 2, 'Diatom', 0.6],
      ]),
    );
    rig.write(`images/${one}/${one}_00003.png`, plainPng(128));
    rig.write('meta.csv', `bin,lat,lon,ml_analyzed\n${one},41.5,-70.6,2\n${two},,,4\n`);
    const verdicts = 'filesComplete,roiCountMatch,roiDataComplete,roiDimsValid,runtimeConsistent,volumePlausible';
    rig.write(
      'qc.csv',
      `bin,passed,${verdicts},advisories,problem\n${one},true,true,true,true,true,true,true,,\n${two},false,true,true,true,true,false,true,bead run,\n`,
    );
    const run = [
      'run',
      'ifcb:report',
      './features',
      '--predictions',
      './predictions.csv',
      '--images',
      './images',
      '--metadata',
      './meta.csv',
      '--qc',
      './qc.csv',
      '--out',
      './report',
    ];
    const { code, stderr } = await rig.runner(...run);
    assert.equal(code, 0, stderr);
    const html = rig.read('report/report.html');
    assert.match(
      html,
      /<td[^>]*>Diatom<\/td><td class="n">2<\/td><td class="n">66\.7 %<\/td><td class="n">0\.33<\/td>/,
    );
    assert.equal(html.match(/data:image\/webp/g)?.length, 1);
    assert.match(html, new RegExp(`title="${one}_00003\\.png"`));
    assert.equal(html.match(/data:image\/svg\+xml/g)?.length, 2);
    assert.match(html, /1 of 2 bins have a position/);
    assert.match(html, new RegExp(`${two}</td><td>failed</td><td>runtimeConsistent; bead run`));
    assert.doesNotMatch(html, /<script|src="http|href="http|@import/);

    const bare = await rig.runner('run', 'ifcb:report', './features', '--out', './bare');
    assert.equal(bare.code, 0, bare.stderr);
    assert.match(rig.read('bare/report.html'), /not classified/);
  });

  it('says which predictions are left out, because nobody measured the images of their bin', async () => {
    await using rig = await ifcbProject();
    rig.write(`features/${one}_features_v4.csv`, madeFeatures([[1, 400]]));
    const rows = [
      [one, 1, 'Crypto', 0.8],
      [two, 2, 'Diatom', 0.6],
    ] as const;
    const run = ['run', 'ifcb:report', './features', '--predictions', './predictions.csv', '--out', './report'];
    rig.write('predictions.csv', madePredictions(rows));
    const { code, stderr } = await rig.runner(...run);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`left out 1 bin with predictions and no features in \\./features: ${two}\n`));
    rig.write('predictions.csv', madePredictions(rows.slice(0, 1)));
    assert.doesNotMatch((await rig.runner(...run)).stderr, /left out/);
  });

  it('takes no bin whose features lie in two folders, for nothing tells which are meant', async () => {
    await using rig = await ifcbProject();
    for (const folder of ['new', 'old'])
      rig.write(`features/${folder}/${one}_features_v4.csv`, madeFeatures([[1, 400]]));
    const { code, report } = await rig.json('run', 'ifcb:report', './features', '--out', './report');
    assert.equal(code, 1);
    const [failure] = report['failures'] as { readonly code: string; readonly message: string }[];
    assert.equal(failure?.code, 'ifcb.bin-duplicate');
    assert.equal(failure?.message, `${one} lies in 'new' and in 'old'`);
  });
});
