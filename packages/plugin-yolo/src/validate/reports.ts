import { imageExtension } from '../read/image-id.ts';
import { compareFindings, type Finding, type Level, rules } from './rules.ts';

/** What validation found, as `validation.json` says it. */
export interface Validation {
  readonly schema: 1;
  readonly images: number;
  readonly labels: number;
  readonly objects: number;
  readonly counts: { readonly [L in Level]: number };
  /** Sorted by file, line, column and code. */
  readonly findings: readonly Finding[];
}

export function validationOf(
  seen: Pick<Validation, 'images' | 'labels' | 'objects'>,
  findings: readonly Finding[],
): Validation {
  const count = (level: Level): number => findings.filter((one) => one.level === level).length;
  const counts = { error: count('error'), warning: count('warning'), info: count('info') };
  return { schema: 1, ...seen, counts, findings: findings.toSorted(compareFindings) };
}

/** One line for each finding, as compilers write them: `file:line:column level code message`. */
export function validationText({ findings, counts, images, labels }: Validation): string {
  const lines = findings.map(
    ({ file, line, column, level, code, message }) => `${file}:${line}:${column} ${level} ${code} ${message}\n`,
  );
  return `${lines.join('')}${images} images, ${labels} labels: ${counts.error} errors, ${counts.warning} warnings, ${counts.info} notes\n`;
}

/** SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines. */
export function validationSarif({ findings }: Validation): string {
  const used = [...new Set(findings.map(({ code }) => code))].sort();
  const levels = { error: 'error', warning: 'warning', info: 'note' } as const;
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'yolo:validate',
            rules: used.map((id) => ({
              id,
              shortDescription: { text: plainText(rules[id][1]) },
              defaultConfiguration: { level: levels[rules[id][0]] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ code, level, file, line, column, message }) => ({
          ruleId: code,
          ruleIndex: used.indexOf(code),
          level: levels[level],
          message: { text: plainText(message) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file) },
                // Lines are of texts; of an image or a cache they would be invalid (3.30.1).
                ...(isBinary(file) ? {} : { region: { startLine: line, startColumn: column } }),
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(sarif, undefined, 2)}\n`;
}

/** A relative reference (RFC 3986); `encodeURI` leaves the marks that would end the path, or begin a scheme. */
function uriOf(file: string): string {
  const path = file.toWellFormed().replace(/^(?:\.\/)+/, '');
  return encodeURI(path).replace(/[#?:]/g, encodeURIComponent);
}

// Braces stand for arguments (3.11.5).
function plainText(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

function isBinary(file: string): boolean {
  return imageExtension.test(file) || file.endsWith('.cache');
}
