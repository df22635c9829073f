import { defineTask, type RunContext, shownKey, storeUrl, z } from '@dataset-runner/core/plugin';
import { dataFiles } from '../images/choose-images.ts';
import { lookAtImage, type SeenImage } from '../steps/look-at-image.ts';
import { placeImage } from '../steps/place-image.ts';

const places = {
  from: storeUrl().describe('The folder or store with the images').meta({ positional: true }),
  out: storeUrl()
    .describe('Where the chosen ones go; files left there by an earlier run are removed')
    .meta({ positional: true }),
};

const outputs = z.object({
  kept: z.int(),
  classes: z.record(z.string(), z.int()),
  dropped: z.array(z.object({ key: z.string(), why: z.string() })),
  /** Of a kind that is not decoded here, so nobody can judge them. */
  unread: z.array(z.object({ key: z.string(), why: z.string() })),
});

const steps = { lookAtImage, placeImage };

/** Where an image goes (a folder, '' for the top), or why it is left out. */
type Verdict = { readonly folder: string } | { readonly why: string };

/** Keeps the images that decode whole. */
export const removeCorrupted = defineTask({
  summary: 'Keep the images that decode whole, and name the others',
  examples: ['runner run registry:remove-corrupted data/inputs data/intermediate/whole'],
  params: z.object(places),
  outputs,
  steps,
  run: (context) => sortImages(context, () => ({ folder: '' })),
  render: renderSorted,
});

/** Keeps the images that are neither too dark nor too bright. */
export const removeDarkAndBright = defineTask({
  summary: 'Keep the images that are neither too dark nor too bright',
  description: 'Brightness is the mean of V of HSV over 8-bit pixels, 0 to 255. An image at a threshold is left out.',
  examples: ['runner run registry:remove-dark-and-bright data/whole data/light --dark 20 --bright 200'],
  params: z
    .object({
      ...places,
      dark: z.number().min(0).max(255).default(20).describe('Up to this brightness an image is too dark'),
      bright: z.number().min(0).max(255).default(200).describe('From this brightness on it is too bright'),
    })
    .superRefine(({ dark, bright }, context) => {
      // No image lies between them, and all that an earlier run chose would be removed.
      if (dark >= bright) context.addIssue({ code: 'custom', message: 'has to be above --dark', path: ['bright'] });
    }),
  outputs,
  steps,
  run: (context) => sortImages(context, ({ light }) => exposure(light?.brightness ?? 0, context.params)),
  render: renderSorted,
});

/** Sorts images into day and night, and each into foggy and sharp. */
export const classifyDayNightFoggy = defineTask({
  summary: 'Sort images into day and night, and each into foggy and sharp',
  description:
    'Day is a mean V of HSV of at least --day-night; sharp is a mean variance of luma along the rows of at least --fog. An image at a threshold is day, or sharp.',
  examples: ['runner run registry:classify-day-night-foggy data/light data/outputs --day-night 100 --fog 500'],
  params: z.object({
    ...places,
    dayNight: z.number().min(0).max(255).default(100).describe('From this brightness on it is day'),
    fog: z.number().min(0).default(500).describe('From this variance on it is sharp'),
  }),
  outputs,
  steps,
  run: (context) =>
    sortImages(context, ({ light }) => {
      const { dayNight, fog } = context.params;
      const time = (light?.brightness ?? 0) >= dayNight ? 'day_images' : 'night_images';
      return { folder: `${time}/${(light?.variance ?? 0) >= fog ? 'sharp' : 'foggy'}/` };
    }),
  render: renderSorted,
});

function exposure(brightness: number, { dark, bright }: { readonly dark: number; readonly bright: number }): Verdict {
  const shown = brightness.toFixed(1);
  if (brightness <= dark) return { why: `too dark: ${shown}` };
  return brightness >= bright ? { why: `too bright: ${shown}` } : { folder: '' };
}

async function sortImages(
  { params, store, map }: RunContext<{ readonly from: string; readonly out: string }>,
  judge: (image: SeenImage) => Verdict,
): Promise<z.input<typeof outputs>> {
  // 1. List what is data. In its own place it would be removed as soon as it is not chosen any more.
  const { refuseOwnInput } = await import('@dataset-runner/kit/output-place');
  await refuseOwnInput(store, { output: params.out, input: params.from });
  const files = await dataFiles(await store(params.from));
  // 2. Decode and measure each image.
  const seen = await map(lookAtImage, files).toArray();
  // 3. Judge them.
  const verdicts = seen.map((image) => ({
    image,
    verdict: image.problem === undefined ? judge(image) : { why: image.problem },
  }));
  // 4. Put each into its place; what an earlier run put there and is not chosen any more goes.
  const chosen = verdicts.flatMap(({ image: { key, file }, verdict }) =>
    'folder' in verdict ? [{ key: `${verdict.folder}${key}`, file }] : [],
  );
  await map(placeImage, chosen, { into: params.out, exact: true });
  const classes: { [folder: string]: number } = {};
  for (const { verdict } of verdicts) {
    if (!('folder' in verdict) || verdict.folder === '') continue;
    const name = verdict.folder.slice(0, -1);
    classes[name] = (classes[name] ?? 0) + 1;
  }
  const left = verdicts.flatMap(({ image, verdict }) => ('why' in verdict ? [{ image, why: verdict.why }] : []));
  return {
    kept: chosen.length,
    classes,
    dropped: left.filter(({ image }) => image.unread === undefined).map(({ image, why }) => ({ key: image.key, why })),
    unread: left.filter(({ image }) => image.unread === true).map(({ image, why }) => ({ key: image.key, why })),
  };
}

function renderSorted({ kept, classes, dropped, unread }: z.output<typeof outputs>): string {
  return [
    `${kept} images kept, ${dropped.length} left out${unread.length > 0 ? `, ${unread.length} not read` : ''}`,
    ...Object.entries(classes).map(([name, count]) => `  ${shownKey(name)}: ${count}`),
    ...[unread, dropped].flatMap((some) => [
      ...some.slice(0, 20).map(({ key, why }) => `  ${shownKey(key)}: ${why}`),
      ...(some.length > 20 ? [`  and ${some.length - 20} more`] : []),
    ]),
  ].join('\n');
}
