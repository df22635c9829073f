import type { File } from 'h5wasm/node';

/** What stands in a class file: one entry for each image of the bin, in the order of their numbers. */
export interface ClassFile {
  readonly bin: string;
  readonly model: string;
  readonly classes: readonly string[];
  readonly thresholds: readonly number[];
  /** Row-major: images by classes. */
  readonly scores: Float32Array;
  readonly rois: readonly number[];
  /** Index of the class with the highest score. */
  readonly best: readonly number[];
  /** The class by its threshold, or `unclassified`. */
  readonly names: readonly string[];
}

/**
 * Writes a class file of version 3: what ifcb_classifier writes and the IFCB Dashboard reads as `<bin>_class.h5`, with
 * the verdicts of iRfcb beside it (`class_name`, `class_name_auto`, `thresholds`).
 *
 * Scores are 32-bit floats where ifcb_classifier has 16-bit ones, which the HDF5 library does not write; readers take
 * either. There is no timestamp: the same images and model give the same bytes.
 */
export async function writeClassHdf5(path: string, file: ClassFile): Promise<void> {
  const { File, ready } = await import('h5wasm/node');
  await ready;
  withoutClock(() => writeAll(new File(path, 'w'), file));
}

function writeAll(h5: File, file: ClassFile): void {
  const { classes, rois } = file;
  const images = rois.length;
  try {
    const metadata = h5.create_dataset({ name: 'metadata', data: new Float32Array(0), shape: [0] });
    for (const [name, value] of [
      ['version', 'v3'],
      ['model_id', file.model],
      ['bin_id', file.bin],
    ] as const)
      metadata.create_attribute(name, value);
    // Chunks of nothing cannot be compressed.
    const packed = (chunks: number[]) => (images === 0 ? {} : { chunks, compression: 4 });
    h5.create_dataset({
      name: 'output_scores',
      data: file.scores,
      shape: [images, classes.length],
      ...packed([images, classes.length]),
    });
    h5.create_dataset({ name: 'output_classes', data: Uint16Array.from(file.best), ...packed([images]) });
    h5.create_dataset({ name: 'roi_numbers', data: Uint16Array.from(rois), ...packed([images]) });
    h5.create_dataset({ name: 'thresholds', data: Float64Array.from(file.thresholds) });
    h5.create_dataset({ name: 'class_labels', data: [...classes] });
    h5.create_dataset({ name: 'class_name_auto', data: file.best.map((best) => classes[best] ?? '') });
    h5.create_dataset({ name: 'class_name', data: [...file.names] });
    h5.create_dataset({ name: 'classifier_name', data: [file.model] });
  } finally {
    h5.close();
  }
}

// HDF5 notes in every object when it was made, and the build for Node has no switch for that (H5Pset_obj_track_times).
// It asks this clock. Nobody else can meanwhile: it writes in one go, without a promise, and each thread has a Date of its
// own. Zeros put over the timestamps afterwards would have to be found among numbers that look like them.
function withoutClock(work: () => void): void {
  const { now } = Date;
  Date.now = () => 0;
  try {
    work();
  } finally {
    Date.now = now;
  }
}
