import { shownKey, z } from '@dataset-runner/core/plugin';
import { columns, growth, plainValue, shownValue, valueChanges, type ValuesRead } from '../pipeline/named-values.ts';
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
  unread: z.array(
    z.object({
      file: z.string(),
      /** null is the workspace. */
      revision: z.string().nullable(),
      why: z.string(),
    }),
  ),
  text: z.string(),
});

/** Reads values in the workspace or at a revision; `isWorkspace` says which. */
export type ReadValues = (view: RepoView, how: { readonly isWorkspace: boolean }) => ValuesRead;

/**
 * Shows or compares, as `dvc params` and `dvc metrics` do.
 *
 * A file that is broken or missing is named under `unread`; as with DVC, it is no failure and hides no other one.
 */
export function showValues(
  repo: Repo,
  { action, before, after }: z.infer<typeof valueParams>,
  read: ReadValues,
): z.input<typeof valueOutputs> {
  const unread: z.input<typeof valueOutputs>['unread'] = [];
  const at = (revision: string | undefined): ValuesRead['values'] => {
    const found =
      revision === undefined
        ? read(workspaceView(repo.root), { isWorkspace: true })
        : read(revisionView(repo, revision), { isWorkspace: false });
    unread.push(...found.unread.map((each) => ({ ...each, revision: revision ?? null })));
    return found.values;
  };
  const told = (text: string): string =>
    [
      text,
      ...unread.map(({ why, revision }) => shownKey(`not read${revision === null ? '' : ` at ${revision}`}: ${why}`)),
    ].join('\n');
  if (action === 'show') {
    const rows = [...at(before)].flatMap(([file, values]) =>
      [...values].map(([name, value]) => ({ file, name, value })),
    );
    return {
      values: rows.map(({ value, ...row }) => ({ ...row, value: plainValue(value) as z.core.util.JSONType })),
      changes: [],
      unread,
      text: told(
        columns([['file', 'name', 'value'], ...rows.map((row) => [row.file, row.name, shownValue(row.value)])]),
      ),
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
    unread,
    text: told(shown.length === 0 ? 'no changes' : columns([['file', 'name', 'before', 'after', 'change'], ...shown])),
  };
}
