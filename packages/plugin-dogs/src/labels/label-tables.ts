import type { Table } from '@dataset-runner/kit/table';
import type { Corners, Label } from './label.ts';

/** One row a dog; an image without a dog has none. */
export function labelTable(labels: readonly Label[]): Table {
  const boxColumns = (kind: string) =>
    ['x_min', 'y_min', 'x_max', 'y_max'].map((name) => ({ name: `${kind}_${name}`, type: 'number' as const }));
  const texts = ['annotation', 'image', 'class_id', 'breed', 'label'].map((name) => ({ name, type: 'text' as const }));
  return {
    columns: [
      ...texts,
      { name: 'object', type: 'integer' },
      { name: 'width', type: 'integer' },
      { name: 'height', type: 'integer' },
      ...boxColumns('body'),
      ...boxColumns('head'),
      { name: 'truncated', type: 'boolean' },
      { name: 'difficult', type: 'boolean' },
    ],
    rows: labels.flatMap(({ key, image, classId, breed, label, width, height, objects }) =>
      objects.map(({ body, head, truncated, difficult }, index) => ({
        annotation: key,
        image,
        class_id: classId,
        breed,
        label,
        object: index + 1,
        width,
        height,
        ...boxCells('body', body),
        ...boxCells('head', head),
        truncated,
        difficult,
      })),
    ),
  };
}

function boxCells(kind: string, corners: Corners | null): { readonly [column: string]: number | null } {
  const names = ['x_min', 'y_min', 'x_max', 'y_max'];
  return Object.fromEntries(names.map((name, index) => [`${kind}_${name}`, corners?.[index] ?? null]));
}

/** Classes in their order: sorted labels, numbered from 0. */
export function classesOf(labels: readonly Label[]): string[] {
  return [...new Set(labels.map(({ label }) => label))].sort();
}

/**
 * YOLO lines of an image: class, then centre and size as shares of the image, boxes cut at its edge as boxes.
 *
 * What then has no area has no line. Empty where the size of the image is unknown.
 */
export function yoloText({ label, width, height, objects }: Label, classes: readonly string[]): string {
  if (width === null || height === null) return '';
  const share = (value: number, of: number): number => Math.min(1, Math.max(0, value / of));
  return objects
    .flatMap(({ body: [xMin, yMin, xMax, yMax] }) => {
      const [left, right, top, bottom] = [
        share(xMin, width),
        share(xMax, width),
        share(yMin, height),
        share(yMax, height),
      ];
      if (right <= left || bottom <= top) return [];
      const box = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
      return [`${classes.indexOf(label)} ${box.map((value) => value.toFixed(6)).join(' ')}\n`];
    })
    .join('');
}

/** All labels as one COCO file; categories are numbered from 1. */
export function cocoText(labels: readonly Label[], classes: readonly string[]): string {
  const annotations = labels.flatMap(({ label, objects }, index) =>
    objects.map(({ body: [xMin, yMin, xMax, yMax] }) => ({
      image_id: index + 1,
      category_id: classes.indexOf(label) + 1,
      bbox: [xMin, yMin, xMax - xMin, yMax - yMin],
      area: (xMax - xMin) * (yMax - yMin),
      iscrowd: 0,
    })),
  );
  return `${JSON.stringify({
    images: labels.map(({ image, width, height }, index) => ({
      id: index + 1,
      file_name: `${image}.jpg`,
      width,
      height,
    })),
    annotations: annotations.map((annotation, index) => ({ id: index + 1, ...annotation })),
    categories: classes.map((name, index) => ({ id: index + 1, name })),
  })}\n`;
}
