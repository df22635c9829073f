// Extracts one archive and reports its peak memory; run as a child process so that nothing else is in the figure.
import { extractTo } from '../../src/extract.ts';
import { failureOf } from '@dataset-runner/core/plugin';

const [archive = '', folder = '', limits = '{}'] = process.argv.slice(2);
let code = 'ok';
try {
  await extractTo(archive, folder, { limits: JSON.parse(limits) as object });
} catch (error) {
  code = failureOf(error)?.code ?? String(error);
}
process.stdout.write(JSON.stringify({ code, peakKb: process.resourceUsage().maxRSS }));
