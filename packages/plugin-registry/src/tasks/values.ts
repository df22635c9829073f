import { z } from '@dataset-runner/core/plugin';
import { columns, growth, type NamedValues, plainValue, shownValue, valueChanges } from '../pipeline/named-values.ts';
import { revisionView, type RepoView, workspaceView } from '../pipeline/repo-view.ts';
import type { Repo } from '../repo/repo.ts';

/** The params of a task that shows values or compares two revisions of them. */
export const valueParams = z.object({
  action: z
    .enum(['show', 'diff'])
    .default('show')
    .describe('Show values, or compare two revisions')
    .meta({ positional: true }),
  before: z.string().optional().describe('show: the revision; diff: the first one (HEAD)').meta({ positional: true }),
  after: z.string().optional().describe('diff: the second one; default: the workspace').meta({ positional: true }),
});

/** What such a task returns: rows of values, or of changes. */
export const valueOutputs = z.object({
  values: z.array(z.object({ file: z.string(), name: z.string(), value: z.json() })),
  changes: z.array(
    z.object({ file: z.string(), name: z.string(), before: z.json(), after: z.json(), growth: z.number().nullable() }),
  ),
  text: z.string(),
});

/** Reads values in the workspace or at a revision; `isWorkspace` says which. */
export type ReadValues = (view: RepoView, how: { readonly isWorkspace: boolean }) => NamedValues;

/** Shows or compares, as `dvc params` and `dvc metrics` do. */
export function showValues(
  repo: Repo,
  { action, before, after }: z.infer<typeof valueParams>,
  read: ReadValues,
): z.input<typeof valueOutputs> {
  const at = (revision: string | undefined): NamedValues =>
    revision === undefined
      ? read(workspaceView(repo.root), { isWorkspace: true })
      : read(revisionView(repo, revision), { isWorkspace: false });
  if (action === 'show') {
    const rows = [...at(before)].flatMap(([file, values]) =>
      [...values].map(([name, value]) => ({ file, name, value })),
    );
    return {
      values: rows.map(({ value, ...row }) => ({ ...row, value: plainValue(value) as z.core.util.JSONType })),
      changes: [],
      text: columns([['file', 'name', 'value'], ...rows.map((row) => [row.file, row.name, shownValue(row.value)])]),
    };
  }
  const changes = valueChanges(at(before ?? 'HEAD'), at(after));
  const shown = changes.map((change) => [
    change.file,
    change.name,
    shownValue(change.before),
    shownValue(change.after),
    String(growth(change) ?? ''),
  ]);
  return {
    values: [],
    changes: changes.map((change) => ({
      file: change.file,
      name: change.name,
      before: plainValue(change.before) as z.core.util.JSONType,
      after: plainValue(change.after) as z.core.util.JSONType,
      growth: growth(change) ?? null,
    })),
    text: shown.length === 0 ? 'no changes' : columns([['file', 'name', 'before', 'after', 'change'], ...shown]),
  };
}
