import { z } from 'zod';
import type { FileRef, FolderRef } from './file-ref.ts';

/**
 * Param kinds beyond plain zod: one schema makes CLI flags, config keys, help, validation and JSON Schema.
 *
 * The kind travels as the schema's meta `x-runner`, which JSON Schema keeps, so the manifest alone is enough
 * to know that a string is a place or a reference.
 */

/**
 * Data given inline, or by reference: a path, a store URL, `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGS`.
 *
 * A reference is read when the task starts and parsed as JSON, YAML or CSV by its name (JSON when it has
 * none); every entry is then validated by `inner`, and a wrong one is named with its place.
 */
export function source<S extends z.ZodType>(inner: S): S {
  return inner.meta({ ...inner.meta(), 'x-runner': 'source' });
}

/** A place: a folder, `work:name`, a store URL or the name of a store in the config. */
export function storeUrl() {
  return z.string().min(1).meta({ 'x-runner': 'place' });
}

/** A zod schema for a file, for params and outputs: given as a path or URL it arrives in `run` as a FileRef. */
export function fileRef() {
  return z
    .object({
      $type: z.literal('file'),
      store: z.string(),
      key: z.string(),
      size: z.int().min(0),
      version: z.string().optional(),
      digest: z.templateLiteral([z.enum(['sha256', 'md5']), ':', z.string()]).optional(),
    })
    .meta({ 'x-runner': 'file' }) as unknown as z.ZodType<FileRef>;
}

/** A zod schema for a folder published whole. */
export function folderRef() {
  return z
    .object({
      $type: z.literal('folder'),
      store: z.string(),
      key: z.string(),
      count: z.int().min(0),
      size: z.int().min(0),
      digest: z.templateLiteral([z.enum(['sha256', 'md5']), ':', z.string()]),
    })
    .meta({ 'x-runner': 'folder' }) as unknown as z.ZodType<FolderRef>;
}
