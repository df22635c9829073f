import type { PinnedArchive } from './remote-archive.ts';

/** Sizes and digests as tensorflow/datasets has them pinned (`url_checksums/stanford_dogs.txt`). */
export const stanfordArchives: readonly PinnedArchive[] = [
  {
    name: 'images',
    url: 'http://vision.stanford.edu/aditya86/ImageNetDogs/images.tar',
    sha256: 'a443fc2f9a851aa1a7b8e4fa4af94b8459fce2c9f5a2f4dd4669cf9673a4ec58',
    sizeBytes: 793_579_520,
  },
  {
    name: 'annotation',
    url: 'http://vision.stanford.edu/aditya86/ImageNetDogs/annotation.tar',
    sha256: '662ed36f707be6b195c2fda392d8e153e83af28cedc8e2134a649f198def30fd',
    sizeBytes: 21_852_160,
  },
];

/** Nobody has published their digests: they are written down when they first come. */
export const tsinghuaArchives: readonly PinnedArchive[] = [
  { name: 'low-resolution', url: 'https://cloud.tsinghua.edu.cn/f/80013ef29c5f42728fc8/?dl=1' },
  { name: 'low-annotations', url: 'https://cg.cs.tsinghua.edu.cn/ThuDogs/low-annotations.zip' },
];
