import { type ClassMap, scientificName } from './class-map.ts';
import { stemOf, type Submission } from './submission.ts';

/** One text file of a submission. */
export interface SubmissionDocument {
  readonly name: string;
  readonly text: string;
}

/** What the documents made here are called; they stand in /documents of every file. */
export function documentNames(of: Pick<Submission, 'experiment' | 'cruise'>): readonly string[] {
  const stem = stemOf(of);
  return [
    `checklist_IFCB_plankton_and_particles_${stem}.txt`,
    'namespace_ptwg_nonconforming_roi_v1.yml',
    `automated_assessed_id_${stem}.txt`,
  ];
}

/** The checklist, the namespace of what is no organism, and the list of classes that were looked for. */
export function writeDocuments(of: Submission, classes: readonly string[]): readonly SubmissionDocument[] {
  const [checklist, namespace, assessed] = documentNames(of) as [string, string, string];
  return [
    { name: checklist, text: checklistOf(of, classes) },
    { name: namespace, text: namespaceText },
    { name: assessed, text: assessedOf(of.classMap, classes) },
  ];
}

function assessedOf(map: ClassMap, classes: readonly string[]): string {
  return classes.map((name) => `${Object.values({ class: name, ...scientificName(name, map) }).join(',')}\n`).join('');
}

function checklistOf(of: Submission, classes: readonly string[]): string {
  const answers: readonly (readonly [string, string])[] = [
    ['Experiment and cruise', `${of.experiment}, ${of.cruise}`],
    ['Release', `R${of.release}, ${of.dataStatus}`],
    [
      'Investigators',
      of.investigators.map(({ name, affiliation, email }) => `${name}, ${affiliation}, ${email}`).join('; '),
    ],
    ['Instrument', 'Imaging FlowCytobot, McLane Research Laboratories, Inc.'],
    ['Flow rate', '0.25 ml per minute'],
    ['Calibration', `${of.pixelsPerUm} pixels per micrometre`],
    ['Were all regions of interest annotated?', 'Yes, automatically; each row has a class and its score'],
    ['Classes that were assessed', classes.join(', ')],
    ['Names', 'World Register of Marine Species (WoRMS); the PTWG namespace v1 for what is no organism'],
    ['Segmentation and sizes', 'features v4 (https://github.com/WHOIGit/ifcb-features)'],
    ['Biovolume', 'Moberg & Sosik 2012, distance map or solid of revolution'],
    [
      'Length and width',
      'maximum and minimum Feret diameter, or the axes of the ellipse; the header of each file says which',
    ],
    ['Equivalent spherical diameter', 'that of a sphere of the same biovolume'],
    ['Archives', of.archives.map(({ name, type }) => `${name} (${type})`).join('; ') || 'none'],
  ];
  const lines = answers.map(([question, answer]) => `${question}: ${answer}\n`);
  return `Checklist for plankton and particle imagery\n\n${lines.join('')}`;
}

// Terms: IOCCG plankton taxonomy working group, Neeley et al. 2021, DOI 10.1575/1912/27377.
const terms = [
  ['bad_image', 'out of focus, cut off or otherwise not usable'],
  ['bead', 'a calibration bead'],
  ['bubble', 'a bubble of air'],
  ['detritus', 'non-living organic matter'],
  ['fecal_pellet', 'a fecal pellet'],
  ['other', 'a particle that fits no other term'],
] as const;

const namespaceText = `- prefix: ptwg
  description: Particles and images that no taxon describes
  url: https://seabass.gsfc.nasa.gov/ptwg_namespace_v1
  terms:
${terms.map(([id, definition]) => `    - id: ${id}\n      definition: ${definition}\n      associated_terms:\n        - id: ptwg:${id}\n`).join('')}`;
