/** What is exported of a dataset: enough to find its exact bytes again. */
export interface DatasetFacts {
  readonly name: string;
  /** The md5 of the file, or of the folder's `.dir` object with `.dir` behind it. */
  readonly digest: string;
  /** Posix, from the root. */
  readonly path: string;
  /** Where the repository can be had: the remote of git, or the folder. */
  readonly url: string;
  /** 40 hex digits; undefined outside of git. */
  readonly commit?: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * A dataset record as MLflow keeps it with a run: name, digest, source_type, source, profile; the last two are JSON
 * texts, as MLflow stores them. Log it with `mlflow.data`, or attach it to a run as it is.
 */
export function datasetRecord({ name, digest, path, url, commit, files, sizeBytes }: DatasetFacts): object {
  return {
    name,
    digest,
    source_type: 'dvc',
    source: JSON.stringify({ url, ...(commit === undefined ? {} : { rev: commit }), path }),
    schema: null,
    profile: JSON.stringify({ nfiles: files, size: sizeBytes }),
  };
}

/** The tag of GTO that registers a version: `name@v1.0.0`. */
export function versionTag(name: string, version: string): string {
  return `${name}@${version}`;
}

/**
 * The tag of GTO that puts an artifact into a stage, numbered after those that are there: `name#stage#2`.
 *
 * The last one again where it stands on this very commit: it is from an earlier run of the same command.
 */
export function stageTag(
  name: string,
  stage: string,
  { there, onHead }: { readonly there: readonly string[]; readonly onHead: readonly string[] },
): string {
  const prefix = `${name}#${stage}#`;
  const used = there.filter((tag) => tag.startsWith(prefix)).map((tag) => Number(tag.slice(prefix.length)));
  const last = Math.max(0, ...used.filter(Number.isInteger));
  return onHead.includes(`${prefix}${last}`) ? `${prefix}${last}` : `${prefix}${last + 1}`;
}

/** Names GTO takes: letters, digits, `-`, `_` and `/`, beginning and ending with a letter or digit. */
export function isArtifactName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-_/]*[a-z0-9])?$/i.test(name);
}

/** Versions GTO takes: a `v` before all three numbers of a semantic version, with a pre-release and a build behind. */
export function isVersion(version: string): boolean {
  const numbers = /^v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)/;
  const before = /(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?/;
  const build = /(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
  return new RegExp(numbers.source + before.source + build.source).test(version);
}
