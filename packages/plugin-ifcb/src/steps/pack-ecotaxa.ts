import { defineStep, type FileRef, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { packZip } from '@dataset-runner/kit/pack';
import { imageName } from '../bins/bin-id.ts';
import { ecotaxaTable, type EcotaxaSettings, tableBytes } from '../ecotaxa/ecotaxa-table.ts';
import { splitBundles } from '../ecotaxa/split-bundles.ts';
import { ifcbFailures } from '../failures.ts';
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

// What a zip says of a file beside its name, which stands there twice, and at its own end; both with 64-bit sizes.
const [entryBytes, endBytes] = [160, 120];

/** Packs the images of one bin with their table, `ecotaxa_<bin>.tsv`, into one zip or several of a size. */
export const packEcotaxa = defineStep({
  name: 'pack-ecotaxa',
  // 2: positions are of one row, and scores that nobody gave are left out.
  // 3: bins are found in tables under paths, texts that look like formulas are as they were.
  // 4: parts keep to their size whatever rows hold, and an image that lies in two folders is refused.
  version: 4,
  needs: { cpu: true },
  open: async ({ metadata }: PackSettings, { bytes }): Promise<readonly MetadataTable[]> =>
    Promise.all(metadata.map(async (table) => readMetadata(await bytes(table), { file: refUrl(table) }))),
  async work(
    { key, features, images, classes, pictures }: BinWithImages,
    { bytes, output, opened, uses }: Tools<PackSettings, readonly MetadataTable[]>,
  ) {
    const byRoi = classes === undefined ? undefined : decodeClasses(await bytes(classes), refUrl(classes));
    const particles = readParticles(await bytes(features), { file: refUrl(features), images, classes: byRoi });
    const byName = Map.groupBy(pictures, (ref) => ref.key.slice(ref.key.lastIndexOf('/') + 1));
    const metadata = joinMetadata(key, { tables: opened, maxGapMs: 0 });
    const items = particles.map((particle) => {
      const name = `${imageName(key, particle.roi)}.png`;
      const [picture, ...others] = byName.get(name) ?? [];
      if (picture === undefined) throw publishFailures['picture-missing']({ bin: key, image: name });
      if (others.length > 0) {
        const places = [picture, ...others].map((ref) => `'${ref.key.slice(0, -name.length - 1) || '.'}'`);
        throw ifcbFailures['bin-duplicate']({ bin: `image ${particle.roi} of ${key}`, places });
      }
      const table = tableBytes(particle, { bin: key, metadata }, uses);
      return { particle, picture, head: table.head, size: picture.size + table.row + entryBytes + 2 * name.length };
    });
    // The table of a part has a head and is a file of the zip too; its name is shorter than this.
    const ownBytes = (items[0]?.head ?? 0) + entryBytes + 2 * (key.length + 30) + endBytes;
    const parts = splitBundles(items, { maxBytes: uses.maxBytes - ownBytes, sizeOf: ({ size }) => size });
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
