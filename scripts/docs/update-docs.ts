// `npm run docs`: writes the generated parts of the documents anew. test/house/docs.test.ts fails while one is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout.mjs';
import { generatedDocs, sameText } from './generated.ts';

for (const { path, text } of await generatedDocs()) {
  const file = join(root, path);
  const changed = !sameText(text, readFileSync(file, 'utf8'));
  if (changed) writeFileSync(file, text);
  process.stdout.write(`${changed ? 'wrote' : 'as it was'}  ${path}\n`);
}
