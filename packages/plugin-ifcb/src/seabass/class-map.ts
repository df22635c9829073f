import { publishFailures } from '../publish/failures.ts';

/** What a class is called elsewhere. */
export interface ScientificName {
  readonly name: string;
  /** A WoRMS AphiaID, a whole LSID, or a term of the PTWG namespace for what is no organism (`ptwg:detritus`). */
  readonly id: string | number;
}

/** Names by class. */
export type ClassMap = { readonly [className: string]: ScientificName };

/** The names of the ten classes of UTOPIA, and of images below their threshold; `--class-map` adds to them. */
export const usualNames: ClassMap = {
  Chloro: { name: 'Chlorophyta', id: 801 },
  Cilliate: { name: 'Ciliophora', id: 11 },
  Crypto: { name: 'Cryptophyceae', id: 17639 },
  Diatom: { name: 'Bacillariophyceae', id: 148899 },
  Dictyo: { name: 'Dictyochophyceae', id: 157256 },
  Dinoflagellate: { name: 'Dinophyceae', id: 19542 },
  Eugleno: { name: 'Euglenoidea', id: 582177 },
  Unidentified_Living: { name: 'Biota', id: 1 },
  Other: { name: 'Biota', id: 1 },
  Prymnesio: { name: 'Prymnesiophyceae', id: 115057 },
  Inoperative: { name: 'bad_image', id: 'ptwg:bad_image' },
  Null: { name: 'bad_image', id: 'ptwg:bad_image' },
  unclassified: { name: 'other', id: 'ptwg:other' },
};

/** The name and identifier of a class as SeaBASS wants them. Throws `ifcb.class-unmapped`. */
export function scientificName(name: string, map: ClassMap): { readonly name: string; readonly id: string } {
  const found = Object.hasOwn(map, name) ? map[name] : undefined;
  if (found === undefined) throw publishFailures['class-unmapped']({ name, known: Object.keys(map) });
  const isAphia = /^\d+$/.test(String(found.id));
  return { name: found.name, id: isAphia ? `urn:lsid:marinespecies.org:taxname:${found.id}` : String(found.id) };
}
