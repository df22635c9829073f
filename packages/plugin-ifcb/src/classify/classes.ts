/** The ten classes of the UTOPIA models, by output. */
export const utopiaClasses = [
  'Chloro',
  'Cilliate',
  'Crypto',
  'Diatom',
  'Dictyo',
  'Dinoflagellate',
  'Eugleno',
  'Unidentified_Living',
  'Prymnesio',
  'Inoperative',
] as const;
