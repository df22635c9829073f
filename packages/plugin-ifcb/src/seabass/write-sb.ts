import { type BinId, imageName } from '../bins/bin-id.ts';
import type { BinMetadata } from '../metadata/bin-metadata.ts';
import type { Particle } from '../publish/particle.ts';
import { publishFailures } from '../publish/failures.ts';
import { scientificName } from './class-map.ts';
import { sphereDiameter } from './shape.ts';
import { dataTypeOf, stemOf, type Submission, unspaced } from './submission.ts';

const missing = -9999;

const fields = [
  ['associatedMedia', 'none'],
  ['data_provider_category_automated', 'none'],
  ['scientificName_automated', 'none'],
  ['scientificNameID_automated', 'none'],
  ['prediction_score_automated_category', 'none'],
  ['biovolume', 'um^3'],
  ['area_cross_section', 'um^2'],
  ['length_representation', 'um'],
  ['width_representation', 'um'],
  ['equivalent_spherical_diameter', 'um'],
] as const;

/** A bin as a SeaBASS file. */
export interface SeabassOf {
  readonly bin: BinId;
  readonly metadata: BinMetadata;
  readonly particles: readonly Particle[];
}

/**
 * Writes the SeaBASS file of one bin, as WHOI's accepted files are written: one row an image, sizes in micrometres with
 * three decimals, the diameter that of a sphere of the same volume. Sizes of images without a particle are missing.
 *
 * Throws `ifcb.metadata-missing` without position or volume, `ifcb.class-missing` and `ifcb.class-unmapped`.
 */
export function writeSb(
  { bin, metadata, particles }: SeabassOf,
  submission: Submission,
): { readonly name: string; readonly text: string } {
  const sampleType = metadata.sampleType ?? submission.sampleType;
  const stem = `${stemOf(submission)}_${unspaced(sampleType)}_IFCB_plankton_and_particles_${bin.id}`;
  const name = `${stem}_R${submission.release}.sb`;
  const hasFeret = particles.some(({ maxFeret }) => !Number.isNaN(maxFeret));
  const lines = [
    '/begin_header',
    ...headerOf({ bin, metadata, name, sampleType, hasFeret }, submission).map(([key, value]) => `/${key}=${value}`),
    '!',
    ...commentsOf(sampleType, metadata, submission).flatMap((comment) => [`! ${comment}`, '!']),
    `/fields=${fields.map(([field]) => field).join(',')}`,
    `/units=${fields.map(([, unit]) => unit).join(',')}`,
    '/end_header',
    ...particles.map((particle) => rowOf(particle, { bin, hasFeret }, submission).join(',')),
  ];
  return { name, text: `${lines.join('\n')}\n` };
}

interface HeaderOf {
  readonly bin: BinId;
  readonly metadata: BinMetadata;
  readonly name: string;
  readonly sampleType: string;
  readonly hasFeret: boolean;
}

function headerOf(
  { bin, metadata, name, sampleType, hasFeret }: HeaderOf,
  of: Submission,
): readonly (readonly [string, string | number])[] {
  const { latitude, longitude, volumeImagedMl } = metadata;
  if (latitude === null || longitude === null)
    throw publishFailures['metadata-missing']({ bin: bin.id, what: 'position' });
  if (volumeImagedMl === null) throw publishFailures['metadata-missing']({ bin: bin.id, what: 'volume analysed' });
  const [day, clock] = new Date(bin.startMs).toISOString().split('T') as [string, string];
  const [date, time] = [day.replaceAll('-', ''), `${clock.slice(0, 8)}[GMT]`];
  const list = (texts: readonly string[]): string => texts.map(unspaced).join(',');
  const { investigators, archives, mediaUrl } = of;
  return [
    ['investigators', list(investigators.map((one) => one.name))],
    ['affiliations', list(investigators.map((one) => one.affiliation))],
    ['contact', list(investigators.map((one) => one.email))],
    ['experiment', unspaced(of.experiment)],
    ['cruise', unspaced(of.cruise)],
    ['station', metadata.station === null ? 'NA' : unspaced(metadata.station)],
    ['r2r_event', metadata.r2rEvent === null ? 'NA' : unspaced(metadata.r2rEvent)],
    ['data_file_name', name],
    ['documents', list(of.documents)],
    ['calibration_files', 'no_cal_files'],
    ['eventID', bin.id],
    ['data_type', dataTypeOf(sampleType)],
    ['instrument_model', `Imaging_FlowCytobot_IFCB${/IFCB(\d+)/.exec(bin.id)![1]}`],
    ['instrument_manufacturer', 'McLane_Research_Laboratories_Inc'],
    ['data_status', of.dataStatus],
    ['start_date', date],
    ['end_date', date],
    ['start_time', time],
    ['end_time', time],
    ['north_latitude', `${latitude.toFixed(4)}[DEG]`],
    ['south_latitude', `${latitude.toFixed(4)}[DEG]`],
    ['east_longitude', `${longitude.toFixed(4)}[DEG]`],
    ['west_longitude', `${longitude.toFixed(4)}[DEG]`],
    ['water_depth', 'NA'],
    ['measurement_depth', metadata.depth ?? of.depth],
    ['volume_sampled_ml', metadata.volumeSampledMl ?? of.volumeSampledMl],
    ['volume_imaged_ml', rounded(volumeImagedMl, 4)],
    ['pixel_per_um', of.pixelsPerUm],
    ...(mediaUrl === null ? [] : [['associatedMedia_source', `${mediaUrl}${bin.id}.html`] as const]),
    ...(archives.length === 0 ? [] : archiveHeaders(archives)),
    ['length_representation_instrument_varname', hasFeret ? 'maxFeretDiameter' : 'MajorAxisLength'],
    ['width_representation_instrument_varname', hasFeret ? 'minFeretDiameter' : 'MinorAxisLength'],
    ['missing', missing],
    ['delimiter', 'comma'],
  ];
}

function archiveHeaders(archives: Submission['archives']): readonly (readonly [string, string])[] {
  return [
    ['associated_archives', archives.map(({ name }) => name).join(',')],
    ['associated_archive_types', archives.map(({ type }) => type).join(',')],
  ];
}

const triggers = {
  chlorophyll: 'chlorophyll fluorescence (PMTB)',
  scattering: 'side scattering (PMTA)',
  both: 'chlorophyll fluorescence (PMTB) OR side scattering (PMTA)',
};

function commentsOf(sampleType: string, { concentration }: BinMetadata, of: Submission): readonly string[] {
  const how =
    concentration === null || concentration === 1 ? sampleType : `${sampleType}; concentration: ${concentration}X`;
  return [
    `${of.experiment} cruise ${of.cruise}`,
    how,
    `IFCB trigger mode: ${triggers[of.trigger]}`,
    'features v4 as https://github.com/WHOIGit/ifcb-features defines them',
    ...of.notes.map((note) => note.replaceAll(/\s+/g, ' ')),
  ];
}

function rowOf(
  particle: Particle,
  { bin, hasFeret }: { readonly bin: BinId; readonly hasFeret: boolean },
  of: Submission,
): readonly (string | number)[] {
  const { roi, class: classed } = particle;
  if (classed === undefined) throw publishFailures['class-missing']({ bin: bin.id, what: `class of image ${roi}` });
  const { name, id } = scientificName(classed.name, of.classMap);
  const media = `${of.mediaUrl ?? ''}${imageName(bin.id, roi)}${of.mediaEnding}`;
  const [length, width] = hasFeret ? [particle.maxFeret, particle.minFeret] : [particle.majorAxis, particle.minorAxis];
  const isThere = particle.area > 0;
  const inUm = (value: number, power: number): number =>
    isThere ? rounded(value / of.pixelsPerUm ** power, 3) : missing;
  const volume = inUm(particle.biovolume, 3);
  const score = Number.isNaN(classed.score) ? missing : classed.score;
  const sizes = [volume, inUm(particle.area, 2), inUm(length, 1), inUm(width, 1)];
  const diameter = volume === missing ? missing : rounded(sphereDiameter(volume), 3);
  return [media, unspaced(classed.name), unspaced(name), id, score, ...sizes, diameter];
}

/** To so many decimals; what is no number is missing. */
function rounded(value: number, decimals: number): number {
  return Number.isFinite(value) ? Number(value.toFixed(decimals)) : missing;
}
