import { didYouMean } from '../../lib/did-you-mean.ts';
import { inTheWay } from '../../model/in-the-way.ts';
import { took } from '../units.ts';
import { answerFacts, type WordsOf } from './words.ts';

function scheme(url: string): string {
  return url.slice(0, Math.max(0, url.indexOf(':')));
}

const missing = { folder: 'is a folder, where a file is wanted', nothing: 'has no files' } as const;

/** A folder or file of this machine, not of a named store or a service. */
function isPath(url: string): boolean {
  return /^file:/i.test(url) || !/^[a-z][a-z0-9+.-]+:/i.test(url);
}

/** Stores and what their services answer. */
export const storeWords: WordsOf<'store'> = {
  'store.missing': {
    means: 'A file or a place that must be there is not.',
    title: (f) => `${f.url} ${f.found === undefined ? 'does not exist' : missing[f.found]}`,
    hint: (f) =>
      f.found === 'folder'
        ? 'Name a file in it.'
        : f.url.includes('://')
          ? 'Check the URL.'
          : isPath(f.url)
            ? 'Check the path; it starts from the folder of runner.yaml.'
            : 'Check the name.',
  },
  'store.no-bucket': {
    means: 'The bucket or container that the URL names does not exist, or not where it was looked for.',
    title: (f) => `${f.url} cannot be used: ${f.why}`,
    facts: answerFacts,
    hint: () =>
      'Check the name, the region and the endpoint under stores in runner.yaml. Only stores with `createBucket` or `createContainer` make what is missing.',
  },
  'store.denied': {
    means: 'The service does not let these credentials do this.',
    title: (f) => `${f.url} may not be accessed${f.reason === undefined ? '' : `: ${f.reason}`}`,
    facts: answerFacts,
    hint: (f) =>
      f.status === 401
        ? 'The credentials are missing or wrong: check the entry under stores in runner.yaml.'
        : isPath(f.url)
          ? 'Change its rights, or those of the folder it lies in, or run as a user who has them.'
          : 'Ask the owner for access, or check the entry under stores in runner.yaml.',
  },
  'store.throttled': {
    means: 'The service asks for fewer requests, and went on asking after every retry.',
    title: (f) => `${f.url} wants fewer requests`,
    facts: (f) => [
      ...answerFacts(f),
      ...(f.retryAfterMs === undefined ? [] : [['again', `in ${took(f.retryAfterMs)}`] as const]),
    ],
    hint: () => 'Run again later, or lower lanes.network in runner.yaml.',
  },
  'store.unavailable': {
    means: 'The service cannot be reached.',
    // What a client says of an address begins with it.
    title: (f) => (f.why.startsWith(`${f.url} `) ? f.why : `${f.url} cannot be reached: ${f.why}`),
    hint: () => 'Check the network and the host name, then run again; what is done is kept.',
  },
  'store.broken': {
    means: 'The service answers, but not as its protocol says.',
    title: (f) => `${f.url} gave an answer that makes no sense: ${f.why}`,
    facts: answerFacts,
    hint: () => 'Check that the URL is the one of the service itself and not of a login page or a proxy.',
  },
  'store.corrupt': {
    means: 'The bytes are not the announced ones.',
    title: (f) => `${f.url} has other bytes than announced`,
    facts: (f) => [
      ['expected', f.expected],
      ['found', f.found],
    ],
    hint: () => 'Run again in case the transfer was cut; when it stays so, the source itself has changed.',
  },
  'store.conflict': {
    means: 'Something exists already, and this write must not replace it.',
    title: (f) =>
      f.found === undefined ? `${f.url} exists already` : `${f.url} cannot be written: ${inTheWay[f.found]}`,
    hint: (f) =>
      f.found === undefined
        ? 'Another program may be writing to the same place; write to another one.'
        : f.found === 'disk'
          ? 'Files get their names whole only within one disk: give that folder as a place or a store of its own.'
          : 'Move it away or write to another place.',
  },
  'store.locked': {
    means: 'Somebody else holds a lock on the file.',
    title: (f) => `${f.url} is locked by somebody else`,
    hint: () => 'Close it in the other program, or wait until its lock expires, and run again.',
  },
  'store.full': {
    means: 'There is no room left.',
    title: (f) => `There is no room left for ${f.url}: ${f.why}`,
    hint: () => 'Make room and run again; runner clean lists what this project can do without.',
  },
  'store.read-only': {
    means: 'This kind of store cannot do that.',
    title: (f) => `${f.url} cannot ${f.what}`,
    hint: () => 'Use a store that can, such as a folder, a bucket or a WebDAV server.',
  },
  'store.key': {
    means: 'A file name is refused, because it would be unsafe or impossible somewhere.',
    title: (f) => `${JSON.stringify(f.key)} is not a usable file name: ${f.why}`,
    hint: () => 'Names use / between folders and hold no .., backslash, drive letter or control character.',
  },
  'store.scheme': {
    means: 'No driver knows this kind of URL.',
    title: (f) => `${f.url} is a kind of store that nobody here knows`,
    hint: (f) => {
      const close = didYouMean(scheme(f.url), f.known);
      return close === undefined ? `There is ${f.known.join(', ')}.` : `Did you mean ${close}:?`;
    },
  },
  'store.limit': {
    means: 'A file is larger, or a listing longer, than the service or the settings allow.',
    title: (f) => `${f.url} goes beyond a limit: ${f.limit}`,
    hint: () => 'Split it, or raise the limit where it is yours.',
  },
  'store.address': {
    means: 'A URL leads to a private address of this network, which downloads may not reach by themselves.',
    title: (f) => `${f.url} leads to the private address ${f.host}`,
    hint: (f) => `If it is meant to, allow it under network.allowHosts in runner.yaml: ${f.host}`,
  },
};
