/** Names of one breed in several sources, and who says that they are one. */
export interface BreedAlias {
  /** The name all of them get. */
  readonly label: string;
  /** Folded, as `foldBreed` does. */
  readonly aliases: readonly string[];
  /** Where the names stand side by side. */
  readonly provenance: string;
}

/** Only what a source says; breeds that are merely alike stay apart. */
export const breedAliases: readonly BreedAlias[] = [
  { label: 'basset_hound', aliases: ['basset'], provenance: 'WordNet n02088238: basset, basset hound' },
  {
    label: 'scottish_terrier',
    aliases: ['scotch_terrier', 'scottie'],
    provenance: 'WordNet n02097298: Scotch terrier, Scottish terrier, Scottie',
  },
  {
    label: 'japanese_chin',
    aliases: ['japanese_spaniel'],
    provenance: 'American Kennel Club, which renamed the Japanese Spaniel (WordNet n02085782) in 1977',
  },
  {
    label: 'english_cocker_spaniel',
    aliases: ['cocker_spaniel', 'cocker'],
    provenance: 'WordNet n02102318: cocker spaniel, English cocker spaniel, cocker',
  },
  {
    label: 'german_shorthaired',
    aliases: ['german_short_haired_pointer', 'german_shorthaired_pointer'],
    provenance: 'WordNet n02100236; Oxford-IIIT Pet leaves out the last word',
  },
  {
    label: 'wheaten_terrier',
    aliases: ['soft_coated_wheaten_terrier'],
    provenance: 'WordNet n02098105; Oxford-IIIT Pet leaves out the first words',
  },
];

const labels = new Map(breedAliases.flatMap(({ label, aliases }) => aliases.map((alias) => [alias, label] as const)));

/** Small letters, and one kind of space between words: `Black-and-tan Coonhound` is `black_and_tan_coonhound`. */
export function foldBreed(breed: string): string {
  return breed
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '_');
}

/** The one label of a breed whatever its source calls it. */
export function breedLabel(breed: string): string {
  const folded = foldBreed(breed);
  return labels.get(folded) ?? folded;
}
