import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong in ways only this plugin knows. */
export const dogsFailures = defineFailures('dogs', {
  'source-changed': {
    about: 'An archive is another one than when its unpacking began; what had come of the earlier one was removed.',
    message: (of: { readonly url: string; readonly before: string; readonly now: string }) =>
      `${of.url} was ${of.before} when its unpacking began and is ${of.now} now; what had come of it was removed`,
    hint: () => 'Give the same command again: it reads the new version from its start.',
  },
  'lock-differs': {
    about: 'An archive is not the one that the lock file recorded when it was first seen; what came of it was removed.',
    message: (of: { readonly url: string; readonly what: string; readonly recorded: string; readonly found: string }) =>
      `${of.url} is not the archive of its lock file: its ${of.what} was ${of.recorded} and is ${of.found}`,
    hint: () => 'If the change is wanted, remove the lock file of this archive.',
  },
  'lock-invalid': {
    about: 'A lock file cannot be read, so what its archive was when it was first seen is not known.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file} is no lock file: ${of.why}`,
    hint: () => 'Take it from version control again; without it the archive is taken as it comes now.',
  },
  'archive-twice': {
    about: 'Two archives of one set have the same name, which is that of their lock file.',
    message: (of: { readonly name: string; readonly urls: readonly string[] }) =>
      `${of.urls.join(' and ')} are both called '${of.name}'`,
    hint: () => 'Give each of --archives a name of its own.',
  },
  'archive-mismatch': {
    about: 'An archive is not the one that is pinned; what came of it was removed.',
    message: (of: {
      readonly url: string;
      readonly what: string;
      readonly pinned: string;
      readonly found: string;
      readonly came: string;
    }) => `${of.url} has the ${of.what} ${of.found}, pinned is ${of.pinned}; what came is ${of.came}`,
    hint: () => 'Either the publisher changed the file, or the pin in --archives is wrong.',
  },
  'csv-invalid': {
    about: 'A table of Austin Pets Alive has a row that cannot be used.',
    message: (of: { readonly file: string; readonly line: number; readonly why: string }) =>
      `${of.file}:${of.line} ${of.why}`,
  },
  'host-unknown': {
    about: 'A host that is to be replaced is that of no photo, so replacing it would change nothing.',
    message: (of: { readonly pair: string; readonly hosts: readonly string[] }) =>
      `--hosts ${of.pair} names the host of no photo; the photos are at ${shortList(of.hosts)}`,
    hint: () => 'Write the old host as the addresses of the table have it, with its port if it has one.',
  },
  'photo-refused': {
    about: 'What came from the address of a photo is no picture.',
    message: (of: { readonly url: string; readonly found: string }) => `${of.url} is no picture but ${of.found}`,
    hint: () => 'failures.csv lists all photos that did not come; give it as --photos to ask for them again.',
  },
  'photos-missing': {
    about: 'Photos did not come, so the set is not published as whole.',
    message: (of: { readonly missing: number; readonly total: number; readonly list: string }) =>
      `${of.missing} of ${of.total} photos did not come; ${of.list} lists them`,
    hint: () => 'Run it again: only they are asked for. --allow-missing publishes without them.',
  },
  'no-annotations': {
    about: 'A place that should hold annotations has none.',
    message: (of: { readonly place: string }) => `${of.place} has no annotations`,
  },
  'note-invalid': {
    about: 'A JSON file beside photos of single dogs does not say which photo is of which dog.',
    message: (of: { readonly file: string; readonly why: string }) => `${of.file} is no note on a photo: ${of.why}`,
    hint: () => '`dogs:austin` writes them: internal_id, image_file and breed.',
  },
  'none-annotated': {
    about: 'None of the images is one that the annotations speak of, so a set of them would be empty.',
    message: (of: { readonly images: string; readonly annotations: string }) =>
      `no image of ${of.images} has a dog in ${of.annotations}`,
    hint: () => 'Images and annotations are matched by class folder and name; with --by dog by image_file.',
  },
  'image-twice': {
    about: 'Two files are one image by class folder and name, so only one of them could stand in what is made.',
    message: (of: { readonly image: string; readonly files: readonly string[] }) =>
      `${of.files.join(' and ')} are both ${of.image}`,
    hint: () => 'Leave one of them out, or give its place once.',
  },
  'no-images': {
    about: 'A place that should hold images has none.',
    message: (of: { readonly place: string }) => `${of.place} has no images`,
  },
  findings: {
    about: 'A set was looked at, something was found, and the task was asked to fail then.',
    message: (of: { readonly images: number; readonly kinds: readonly string[]; readonly report: string }) =>
      `among ${of.images} images: ${of.kinds.join(', ')}; ${of.report} says where`,
  },
  unprepared: {
    about: 'Dogs could not be cut out of their images, and the task was not told to leave them out.',
    message: (of: { readonly count: number; readonly first: string; readonly why: string }) =>
      `${of.count} dogs could not be cut out, for example ${of.first}: ${of.why}`,
    hint: () => '`dogs:verify` lists all images in trouble; --on-broken leave-out goes on without them.',
  },
  'folder-unknown': {
    about: 'The name of a folder does not say which breed it holds.',
    message: (of: { readonly folder: string }) =>
      `'${of.folder}' is neither n<WordNet id>-<breed> nor <count>-n<number>-<breed>`,
  },
});

function shortList(names: readonly string[]): string {
  const more = names.length - 10;
  return `${names.slice(0, 10).join(', ')}${more > 0 ? ` and ${more} others` : ''}`;
}
