import { flatNames } from '../layout.ts';
import type { Labelled } from '../picture.ts';

/** The file names of pictures by key: no two of one species alike, whatever folders they came from. */
export function namePictures(pictures: readonly Labelled[]): ReadonlyMap<string, string> {
  const classes = new Map<string, Labelled[]>();
  for (const picture of pictures) {
    const present = classes.get(picture.species);
    if (present === undefined) classes.set(picture.species, [picture]);
    else present.push(picture);
  }
  const names = new Map<string, string>();
  for (const members of classes.values()) {
    const naming = members.map(({ key, inner }) => ({ key, inner, full: key }));
    for (const [key, name] of flatNames(naming)) names.set(key, name);
  }
  return names;
}
