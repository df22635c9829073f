import { toFailure } from '../../storage/trouble.ts';

/** What no room means. */
export const roomCodes = ['ENOSPC', 'EDQUOT', 'EROFS'];
const diskCodes = [...roomCodes, 'EACCES', 'EPERM', 'ENOTDIR'];

/** What our disk refused, by name; other errors pass as they are. */
export function diskFailure(error: unknown, url: string, codes: readonly string[] = diskCodes): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  return codes.includes(code) ? toFailure(error, { url, what: 'write' }) : error;
}
