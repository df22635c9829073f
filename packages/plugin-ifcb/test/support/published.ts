import { featuresCsv } from '../../src/features/feature-files.ts';
import { featureColumns, type RoiFeatures } from '../../src/features/roi-features.ts';

/** A table of features of images with these numbers and areas; the other sizes follow from the area. */
export function madeFeatures(images: readonly (readonly [roi: number, area: number])[]): string {
  return featuresCsv(
    images.map(([roi, area]) => {
      const zeros = Object.fromEntries(featureColumns.map((name) => [name, 0])) as RoiFeatures;
      const side = Math.sqrt(area);
      return {
        ...zeros,
        roi_number: roi,
        Area: area,
        Biovolume: side ** 3 / 2,
        MajorAxisLength: side * 1.2,
        MinorAxisLength: side * 0.8,
        maxFeretDiameter: side * 1.5,
        minFeretDiameter: side * 0.75,
        numBlobs: area > 0 ? 1 : 0,
      };
    }),
  );
}

/** A tidy table of predictions of two classes. */
export function madePredictions(
  rows: readonly (readonly [bin: string, roi: number, name: string, score: number])[],
): string {
  const lines = rows.map(([bin, roi, name, score]) => {
    const image = `${bin}/${bin}_${String(roi).padStart(5, '0')}.png`;
    const diatom = name === 'Diatom' ? score : 1 - score;
    return `${bin},${roi},${image},${name},${name},${score},${diatom},${1 - diatom}\n`;
  });
  return `bin,roi,image,class,class_auto,score,score_Diatom,score_Crypto\n${lines.join('')}`;
}

export const people = JSON.stringify([{ name: 'Ada Ng', affiliation: 'Institute', email: 'ada.ng@example.org' }]);
