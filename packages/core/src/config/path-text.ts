/** The way into a JSON value: object keys and array indexes. */
export type Path = readonly (string | number)[];

/** A path as people read it: `tasks.diatom:build.boxes[3].scale`. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
