/** What the makers of detectors note in their files; Ultralytics writes these, as Python prints them. */
export interface ModelNotes {
  /** By class id. */
  readonly names?: readonly string[];
  /** Height and width of the input. */
  readonly size?: readonly [number, number];
  /** `detect`, `segment`, `pose`, `obb`, `classify`. */
  readonly task?: string;
}

/** Reads the notes of a model; what cannot be read is left out. */
export function readNotes(metadata: { readonly [key: string]: string }): ModelNotes {
  const names = namesIn(metadata['names'] ?? '');
  const [height, width] = (metadata['imgsz'] ?? '').match(/\d+/g)?.map(Number) ?? [];
  return {
    ...(names.length === 0 ? {} : { names }),
    ...(height === undefined ? {} : { size: [height, width ?? height] as const }),
    ...(metadata['task'] === undefined ? {} : { task: metadata['task'] }),
  };
}

// A dict of Python, `{0: 'person', 1: "driver's seat"}`, or JSON.
function namesIn(text: string): string[] {
  const names: string[] = [];
  const entry = /["']?(\d+)["']?\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
  for (const [, id, single, double] of text.matchAll(entry))
    names[Number(id)] = (single ?? double ?? '').replaceAll(/\\(.)/g, '$1');
  return Array.from(names, (name, id) => name ?? `class_${id}`);
}
