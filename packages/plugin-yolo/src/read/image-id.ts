/** Extensions of images that Ultralytics reads, in any case of letters. */
export const imageExtension = /\.(bmp|dng|jpe?g|jpe|mpo|png|tiff?|webp|pfm|heic)$/i;

/**
 * The id of an image: its path below the folder of images without its extension, `/` between folders.
 *
 * Without folders called `images`, too: Ultralytics looks for labels where the last one of a path is `labels`, and would
 * not find that of `images/images/a.png`.
 */
export function imageId(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')
    .replace(/(^|\/)(images\/)+/g, '$1')
    .replace(imageExtension, '');
}
