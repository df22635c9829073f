import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';

/**
 * The JSON Schema of a zod schema: `input` is what people write (defaults optional), `output` what code gets.
 *
 * What JSON Schema cannot say (a transform's result, a custom check) becomes "anything"; zod still checks it.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonSchema;
}
