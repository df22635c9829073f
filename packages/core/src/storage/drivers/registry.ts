import type { DriverDefinition } from '../../model/driver.ts';

/** A built-in kind of store; its file, and with it its SDK, is imported when the first such place is opened. */
export interface BuiltinDriver {
  readonly schemes: readonly string[];
  load(): Promise<DriverDefinition>;
}

export const builtinDrivers: readonly BuiltinDriver[] = [
  { schemes: ['file'], load: async () => (await import('./local.ts')).localDriver },
  { schemes: ['memory'], load: async () => (await import('./memory.ts')).memoryDriver },
  { schemes: ['http', 'https'], load: async () => (await import('./http.ts')).httpDriver },
  { schemes: ['webdav+http', 'webdav+https'], load: async () => (await import('./webdav.ts')).webdavDriver },
  { schemes: ['s3'], load: async () => (await import('./s3.ts')).s3Driver },
  { schemes: ['az'], load: async () => (await import('./azure.ts')).azureDriver },
  { schemes: ['gs'], load: async () => (await import('./gcs.ts')).gcsDriver },
  { schemes: ['swift'], load: async () => (await import('./swift.ts')).swiftDriver },
  { schemes: ['sftp'], load: async () => (await import('./sftp.ts')).sftpDriver },
];
