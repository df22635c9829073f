import { fail } from '../../model/failure.ts';

/** An optional package: its name, and the version a user has to ask npm for. */
export interface Sdk {
  readonly name: string;
  /** As npm takes it behind the `@`: `12`, `^1.17.0`. */
  readonly version: string;
}

/**
 * Imports the SDK of a service on first use; throws `sdk.missing` with the line that installs it when it is not there.
 *
 * `load` is an `import()` with the name spelled out, so that its types are known and bundlers see it.
 */
export async function importSdk<T>({ name, version }: Sdk, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // Only the package itself: an SDK that lacks a file of its own is broken, and installing it is not the answer.
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !String(message).includes(`'${name}'`)) throw error;
    throw fail('sdk.missing', { package: name, install: `npm install --save-dev ${name}@${version}` });
  }
}
