import { fail, failureOf } from '../model/failure.ts';
import { joinPlace } from '../model/file-ref.ts';

/** Names what went wrong when the engine itself touched a local place. */
export function toStoreFailure(error: unknown, where: { readonly place: string; readonly key: string }): unknown {
  if (failureOf(error) !== undefined) return error;
  const url = joinPlace(where.place, where.key);
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('store.full', { url, why: message });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('store.denied', { url });
    case 'ENOENT':
      return fail('store.missing', { url });
    case undefined:
      return error;
    default:
      return fail('store.broken', { url, why: message });
  }
}
