import { storeUrl, z } from '@dataset-runner/core/plugin';

/** Where raw bins lie and which of them are meant; shared by every task that reads them. */
export const binParams = {
  bins: storeUrl()
    .describe('Raw bins (.adc, .hdr, .roi), in folders by day, by year or none')
    .meta({ positional: true }),
  folders: z
    .array(z.string().min(1))
    .default(['data'])
    .describe('Folder names that need not be part of the names of the bins in them'),
  corrections: storeUrl()
    .optional()
    .describe('Corrected .adc files, <day>/<bin>.adc.mod; those in a folder adcmod beside the bins are found anyway'),
};
