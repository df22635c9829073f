import { defineStep, type FileRef, type ResultsReader, type Tools } from '@dataset-runner/core/plugin';
import { writeDocuments } from '../seabass/documents.ts';
import type { SbSettings, WrittenSb } from './write-sb-file.ts';

/** What a submission holds beside its archives. */
export interface WrittenSubmission {
  readonly files: number;
  readonly rows: number;
  readonly documents: readonly FileRef[];
}

/** Writes the documents that go with all files. */
export const writeSbDocuments = defineStep({
  name: 'write-sb-documents',
  // 2: the classes that were looked for, not those that were found alone.
  version: 2,
  async work(
    { written, assessed }: { readonly written: ResultsReader<WrittenSb>; readonly assessed: readonly string[] },
    { output, uses }: Tools<Pick<SbSettings, 'submission'>>,
  ): Promise<WrittenSubmission> {
    const seen = new Set<string>();
    let rows = 0;
    for await (const { result } of written) {
      rows += result.rows;
      for (const name of result.classes) seen.add(name);
    }
    const documents = [];
    for (const { name, text } of writeDocuments(uses.submission, [...new Set([...assessed, ...[...seen].sort()])]))
      documents.push(await output.write(`documents/${name}`, text));
    return { files: written.count, rows, documents };
  },
});
