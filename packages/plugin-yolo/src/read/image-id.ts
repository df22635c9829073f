/** Extensions of images that Ultralytics reads, in any case of letters. */
export const imageExtension = /\.(bmp|dng|jpe?g|jpe|mpo|png|tiff?|webp|pfm|heic)$/i;

/** The id of an image: its path below the folder of images without its extension, `/` between folders. */
export function imageId(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')
    .replace(imageExtension, '');
}
