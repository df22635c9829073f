export { kitFailures } from './failures.ts';
export { describeBytes, sniff, sniffBytes, type Sniffed, type SniffedType } from './sniff.ts';
export { download, type Downloaded, type DownloadLock, type DownloadLocks, type DownloadRequest } from './download.ts';
export {
  type Archive,
  type ArchiveEntry,
  type ArchiveFormat,
  type ArchiveLimits,
  type ArchiveOptions,
  type ArchiveReport,
  defaultLimits,
  extractTo,
  openArchive,
  type RandomArchive,
  type RandomReader,
  readZipDirectory,
} from './extract.ts';
export { type PackBytes, type PackEntries, type PackEntry, type PackOptions, packTar, packZip, type TarOptions, type ZipOptions } from './pack.ts';
