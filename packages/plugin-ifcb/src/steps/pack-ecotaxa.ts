import { defineStep, type FileRef, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { packZip } from '@dataset-runner/kit/pack';
import { imageName } from '../bins/bin-id.ts';
import { ecotaxaTable, type EcotaxaSettings } from '../ecotaxa/ecotaxa-table.ts';
import { splitBundles } from '../ecotaxa/split-bundles.ts';
import { type MetadataTable, readMetadata } from '../metadata/read-metadata.ts';
import { joinMetadata } from '../metadata/write-metadata.ts';
import type { BinTables } from '../plan/plan-tables.ts';
import { publishFailures } from '../publish/failures.ts';
import { readParticles } from '../publish/particle.ts';
import { decodeClasses } from '../publish/predictions.ts';

/** A bin's tables and its images. */
export interface BinWithImages extends BinTables {
  readonly pictures: readonly FileRef[];
}

export interface PackSettings extends EcotaxaSettings {
  readonly metadata: readonly FileRef[];
  readonly maxBytes: number;
}

// A row of the table, compressed or not, is never longer.
const rowBytes = 1_200;

/** Packs the images of one bin with their table, `ecotaxa_<bin>.tsv`, into one zip or several of a size. */
export const packEcotaxa = defineStep({
  name: 'pack-ecotaxa',
  // 2: positions are of one row, and scores that nobody gave are left out.
  // 3: bins are found in tables under paths, texts that look like formulas are as they were.
  version: 3,
  needs: { cpu: true },
  open: async ({ metadata }: PackSettings, { bytes }): Promise<readonly MetadataTable[]> =>
    Promise.all(metadata.map(async (table) => readMetadata(await bytes(table), { file: refUrl(table) }))),
  async work(
    { key, features, images, classes, pictures }: BinWithImages,
    { bytes, output, opened, uses }: Tools<PackSettings, readonly MetadataTable[]>,
  ) {
    const byRoi = classes === undefined ? undefined : decodeClasses(await bytes(classes), refUrl(classes));
    const particles = readParticles(await bytes(features), { file: refUrl(features), images, classes: byRoi });
    const byName = new Map(pictures.map((ref) => [ref.key.slice(ref.key.lastIndexOf('/') + 1), ref]));
    const metadata = joinMetadata(key, { tables: opened, maxGapMs: 0 });
    const items = particles.map((particle) => {
      const picture = byName.get(`${imageName(key, particle.roi)}.png`);
      if (picture === undefined)
        throw publishFailures['metadata-missing']({ bin: key, what: `picture of image ${particle.roi}` });
      return { particle, picture };
    });
    const parts = splitBundles(items, { maxBytes: uses.maxBytes, sizeOf: ({ picture }) => picture.size + rowBytes });
    const zips: FileRef[] = [];
    for (const part of parts) {
      const table = ecotaxaTable({ bin: key, particles: part.items.map(({ particle }) => particle), metadata }, uses);
      const name = `ecotaxa_${key}${parts.length === 1 ? '' : `_part${String(part.number).padStart(2, '0')}`}`;
      const entries = [
        ...part.items.map(({ particle, picture }) => ({
          key: `${imageName(key, particle.roi)}.png`,
          size: picture.size,
          bytes: () => bytes(picture),
        })),
        { key: `${name}.tsv`, bytes: Buffer.from(table) },
      ];
      entries.sort((a, b) => (a.key < b.key ? -1 : 1));
      zips.push(await output.write(`${name}.zip`, packZip(entries)));
    }
    return { key, images: items.length, zips };
  },
});
